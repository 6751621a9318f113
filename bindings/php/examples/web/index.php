<?php

/**
 * A practice's page: invoices, what becomes of each, the button «Invia», the registry. For
 * `php -S` on this machine, with a database in the temporary folder or in STS_DATABASE:
 *
 *     eval "$(tests/simulator/start)"
 *     php -d opcache.preload=$PWD/bindings/php/preload.php -S 127.0.0.1:8080 \
 *         bindings/php/examples/web/index.php
 *
 * As root, add -d opcache.preload_user=root. A real page lets its own users in, and lets cron call
 * tick() as practice.php does.
 */

declare(strict_types=1);

use Sts\Credentials;
use Sts\Driver;
use Sts\PdoStore;
use Sts\StsException;
use Sts\Types\CessionarioCommittente;
use Sts\Types\DettaglioLinea;
use Sts\Types\Invoice;
use Sts\Types\Natura;
use Sts\Types\Pagamento;
use Sts\Types\Selection;
use Sts\Types\Stato;
use Sts\Types\TipoSpesa;

require_once __DIR__ . '/../../autoload.php';

// Of this machine alone, also when a page from elsewhere has its own name resolved to 127.0.0.1.
$host = parse_url('http://' . ($_SERVER['HTTP_HOST'] ?? ''), PHP_URL_HOST);
if (!in_array($_SERVER['REMOTE_ADDR'], ['127.0.0.1', '::1'], true) || !in_array($host, ['127.0.0.1', 'localhost', '[::1]'], true)) {
    http_response_code(403);
    exit('Solo da questo computer.');
}
header("Content-Security-Policy: default-src 'none'; style-src 'self' 'unsafe-inline'; form-action 'self'");
header('X-Frame-Options: DENY');
session_start(['cookie_samesite' => 'Strict', 'cookie_httponly' => true, 'use_strict_mode' => true]);
$_SESSION['token'] ??= bin2hex(random_bytes(16));

$settings = json_decode(file_get_contents(getenv('STS_SETTINGS')), true, 512, JSON_THROW_ON_ERROR);
$credentials = new Credentials(getenv('STS_USERNAME'), getenv('STS_PASSWORD'), getenv('STS_PINCODE'));
$database = getenv('STS_DATABASE') ?: sys_get_temp_dir() . '/practice.db';
$sts = new Driver($settings, PdoStore::sqlite($database), $credentials);

/** The invoice that was typed; the engine judges it, not this page. */
function invoice(array $form): Invoice
{
    $text = static fn (string $name): string => is_string($form[$name] ?? null) ? trim($form[$name]) : '';
    $importo = strtr($text('importo'), ',', '.');
    return new Invoice(
        id: $text('numero'),
        stato: Stato::Emessa,
        dataEmissione: $text('data'),
        numDocumento: $text('numero'),
        cessionarioCommittente: new CessionarioCommittente(cfCittadino: $text('cf'), personaFisica: true),
        dettaglioLinee: [new DettaglioLinea($importo, naturaIVA: Natura::N2_2, tipoSpesa: TipoSpesa::SP)],
        pagamenti: isset($form['pagata']) ? [new Pagamento($text('data'), $importo, 'MP08')] : [],
    );
}

if ($_SERVER['REQUEST_METHOD'] === 'POST') {
    if (!is_string($_POST['token'] ?? null) || !hash_equals($_SESSION['token'], $_POST['token'])) {
        http_response_code(403);
        exit('La pagina era vecchia: ricaricala e riprova.');
    }
    try {
        if (isset($_POST['salva'])) {
            $sts->save([invoice($_POST)]);
        } elseif (is_string($_POST['invia'] ?? null)) {
            // The sentence beside the document says what came of it.
            $sts->send(Selection::ids([$_POST['invia']]));
        }
    } catch (StsException $error) {
        $_SESSION['error'] = "{$error->getCode()}: {$error->getMessage()}";
    }
    // A reload of the page repeats nothing.
    header('Location: /', response_code: 303);
    exit;
}

$sts->tick();
$statuses = array_map(static fn ($document) => $sts->status($document->id)->status, $sts->documents(50)->documents);
$registry = $sts->list(20)->transmissions;
$notices = $sts->health()->health->notices;
[$error, $token] = [$_SESSION['error'] ?? null, $_SESSION['token']];
unset($_SESSION['error']);
require __DIR__ . '/page.php';
