<?php

declare(strict_types=1);

namespace Sts\Tests\Support;

use Sts\Credentials;

/** An invented psychologist, as the simulator knows her. */
final class Practice
{
    public static function credentials(): Credentials
    {
        return new Credentials('PSCPRV80A01X999I', 'Prova.0000', '9000000001');
    }

    /** @return array<string, mixed> an invoice that can be sent */
    public static function invoice(string $id): array
    {
        $day = (new \DateTimeImmutable('now', new \DateTimeZone('Europe/Rome')))->format('Y-m-d');
        return [
            'id' => $id,
            'stato' => 'emessa',
            'dataEmissione' => $day,
            'numDocumento' => $id,
            'cessionarioCommittente' => ['personaFisica' => true, 'cfCittadino' => 'PZNPRV80A01X999E'],
            'dettaglioLinee' => [['prezzoTotale' => '60.00', 'naturaIVA' => 'N2.2', 'tipoSpesa' => 'SP']],
            'pagamenti' => [['dataPagamento' => $day, 'importo' => '60.00', 'modalitaPagamento' => 'MP08']],
        ];
    }
}
