<?php

/**
 * A page on a server whose PHP may use neither FFI nor processes: it puts a command into the table,
 * waits a little for cron.php, and shows what became of it.
 *
 *     php -S 127.0.0.1:8080 bindings/php/examples/table/page.php
 */

declare(strict_types=1);

use Sts\CommandState;
use Sts\Types\Selection;

$table = require __DIR__ . '/table.php';
const PRACTICE = 'studio 1';

header("Content-Security-Policy: default-src 'none'; form-action 'self'");
session_start(['cookie_samesite' => 'Strict', 'cookie_httponly' => true, 'use_strict_mode' => true]);
$_SESSION['token'] ??= bin2hex(random_bytes(16));

if ($_SERVER['REQUEST_METHOD'] === 'POST') {
    if (!is_string($_POST['token'] ?? null) || !hash_equals($_SESSION['token'], $_POST['token'])) {
        http_response_code(403);
        exit('La pagina era vecchia: ricaricala e riprova.');
    }
    if (is_string($_POST['fattura'] ?? null)) {
        // The invoice as the program has it.
        $invoice = json_decode($_POST['fattura'], true) ?? [];
        $table->put(PRACTICE, fn ($sts) => $sts->save([$invoice]));
        $id = $table->put(PRACTICE, fn ($sts) => $sts->send(Selection::ids([(string) ($invoice['id'] ?? '')])));
        $table->await(PRACTICE, $id, 5.0);
    }
    header('Location: /', response_code: 303);
    exit;
}

$e = static fn (?string $text): string => htmlspecialchars($text ?? '', ENT_QUOTES | ENT_SUBSTITUTE, 'UTF-8');
$words = static fn (CommandState $state): string => match ($state) {
    CommandState::Waiting => 'in attesa',
    CommandState::Running => 'in corso',
    CommandState::Done => 'fatto',
    CommandState::Failed => 'non riuscito',
};
?>
<!doctype html>
<html lang="it">
<meta charset="utf-8">
<title>Comandi per Sistema TS</title>
<h1>Comandi per Sistema TS</h1>
<form method="post">
  <input type="hidden" name="token" value="<?= $e($_SESSION['token']) ?>">
  <textarea name="fattura" rows="8" cols="80" required></textarea>
  <button>Salva e invia</button>
</form>
<table>
  <tr><th>N.<th>Comando<th>Stato<th>Errore</tr>
  <?php foreach ($table->recent(PRACTICE) as $entry): ?>
  <tr><td><?= $entry->id ?><td><?= $e($entry->kind) ?><td><?= $words($entry->state) ?><td><?= $e($entry->error?->getMessage()) ?></tr>
  <?php endforeach ?>
</table>
<ul>
  <?php foreach ($table->events(PRACTICE) as $event): $fields = (array) $event->jsonSerialize(); ?>
  <li><?= $e("$fields[event] " . ($fields['id'] ?? '') . ' ' . ($fields['protocollo'] ?? '')) ?>
  <?php endforeach ?>
</ul>
