<?php

/**
 * A practice in PHP, worked off by cron. The program keeps its invoices in a table of its own and
 * does no more than that; every ten minutes this script hands over what changed, sends what is
 * ready, asks what is open, and writes back where each invoice stands.
 *
 *     php practice.php practice.db add invoice.json     what the program does with an invoice
 *     php practice.php practice.db                      what cron calls
 *
 * STS_SETTINGS names a file with the settings (JSON); the credentials are in STS_USERNAME,
 * STS_PASSWORD and STS_PINCODE. Any number of these scripts may run at once, and each may be killed.
 */

declare(strict_types=1);

use Sts\Credentials;
use Sts\Driver;
use Sts\PdoStore;
use Sts\StsException;
use Sts\Types\DocumentAcceptedEvent;
use Sts\Types\DocumentRefusedEvent;
use Sts\Types\Event;
use Sts\Types\SaveAgainEvent;
use Sts\Types\Selection;

require __DIR__ . '/../autoload.php';

[$path, $what] = [$argv[1] ?? exit("practice.php DATABASE [add INVOICE.json]\n"), $argv[2] ?? 'cron'];
$store = PdoStore::sqlite($path);
$db = new PDO("sqlite:$path");
$db->exec('PRAGMA busy_timeout = 10000');
// `versione` counts the changes of an invoice, `salvata` is the one that was handed over.
$db->exec('CREATE TABLE IF NOT EXISTS fattura (id TEXT PRIMARY KEY, json TEXT NOT NULL,
    versione INTEGER NOT NULL DEFAULT 1, salvata INTEGER NOT NULL DEFAULT 0, stato TEXT, nota TEXT)');

if ($what === 'add') {
    $json = file_get_contents($argv[3]);
    $db->prepare('INSERT INTO fattura (id, json) VALUES (?, ?) ON CONFLICT (id)
        DO UPDATE SET json = excluded.json, versione = versione + 1')
        ->execute([json_decode($json, true, 512, JSON_THROW_ON_ERROR)['id'], $json]);
    exit;
}

$events = function (Event $event) use ($db): void {
    // An event may come twice: what is done with it must bear that.
    if ($event instanceof SaveAgainEvent) {
        $db->prepare('UPDATE fattura SET salvata = 0 WHERE id = ?')->execute([$event->id]);
    } elseif ($event instanceof DocumentAcceptedEvent) {
        echo "$event->id: accepted, protocollo $event->protocollo\n";
    } elseif ($event instanceof DocumentRefusedEvent) {
        echo "$event->id: refused: {$event->messaggi[0]->codice} {$event->messaggi[0]->descrizione}\n";
    }
};
$settings = json_decode(file_get_contents(getenv('STS_SETTINGS')), true, 512, JSON_THROW_ON_ERROR);
$credentials = new Credentials(getenv('STS_USERNAME'), getenv('STS_PASSWORD'), getenv('STS_PINCODE'));
$sts = new Driver($settings, $store, $credentials, $events);

try {
    // What changed since it was handed over, a hundred at a time.
    $changed = $db->prepare('SELECT id, json, versione FROM fattura WHERE salvata < versione LIMIT 100');
    $handed = $db->prepare('UPDATE fattura SET salvata = ? WHERE id = ?');
    do {
        $changed->execute();
        $rows = $changed->fetchAll(PDO::FETCH_ASSOC);
        $invoices = array_map(static fn (array $row): array => json_decode($row['json'], true), $rows);
        foreach ($rows === [] ? [] : $sts->save($invoices)->documents as $saved) {
            echo "$saved->id: {$saved->verdict->value}\n";
            foreach ($saved->reasons as $reason) {
                echo "    $reason->en\n";
            }
        }
        // A change that came meanwhile has a higher number, and is handed over next.
        array_map(static fn (array $row) => $handed->execute([$row['versione'], $row['id']]), $rows);
    } while ($rows !== []);

    $sts->send(Selection::ready(100));
    $sts->tick();

    $note = $db->prepare('UPDATE fattura SET stato = ?, nota = ? WHERE id = ?');
    foreach ($db->query("SELECT id FROM fattura WHERE stato IS NULL OR stato <> 'accepted'")
            ->fetchAll(PDO::FETCH_COLUMN) as $id) {
        $status = $sts->status($id)->status;
        $note->execute([$status?->document->state->value, $status?->it, $id]);
    }
    foreach ($sts->health()->health->notices as $notice) {
        echo "attention: $notice->en\n";
    }
    $sts->close();
} catch (StsException $error) {
    // Nothing is lost: the next call goes on where this one stopped.
    fwrite(STDERR, "{$error->getCode()}: {$error->getMessage()}\n");
    exit(1);
}
