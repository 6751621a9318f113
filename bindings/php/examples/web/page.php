<?php

/** What index.php shows. Everything that comes from elsewhere goes through e(). */

declare(strict_types=1);

use Sts\Types\Acceptance;
use Sts\Types\DocumentState;
use Sts\Types\Verdict;

/**
 * @var list<\Sts\Types\Status> $statuses
 * @var list<\Sts\Types\TransmissionView> $registry
 * @var list<\Sts\Types\Notice> $notices
 */
function e(?string $text): string
{
    return htmlspecialchars($text ?? '', ENT_QUOTES | ENT_SUBSTITUTE, 'UTF-8');
}

/** As one writes a day in Italy. */
function day(?string $day): string
{
    return $day === null ? '' : (new DateTimeImmutable($day))->format('d/m/Y');
}

/** @return array{string, string} words and colour */
function verdict(Verdict $verdict): array
{
    return match ($verdict) {
        Verdict::Send => ['in regola', 'green'],
        Verdict::Wait => ['in attesa', 'amber'],
        Verdict::OutOfScope => ['non va inviata', 'grey'],
        Verdict::Fix => ['da correggere', 'red'],
        Verdict::Unrecognized => ['?', 'grey'],
    };
}

/** @return array{string, string} */
function acceptance(Acceptance $acceptance): array
{
    return match ($acceptance) {
        Acceptance::Accepted => ['accolta', 'green'],
        Acceptance::AcceptedWithWarnings => ['accolta con segnalazioni', 'amber'],
        Acceptance::PartlyRefused, Acceptance::Refused => ['scartata', 'red'],
        Acceptance::Pending => ['in corso', 'amber'],
        default => ['—', 'grey'],
    };
}

$rome = new DateTimeZone('Europe/Rome');
?>
<!doctype html>
<html lang="it">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sistema TS</title>
<style>
body { font: 16px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 62rem; padding: 0 1rem; color: #1d2433; background: #f6f7f9 }
h1 { font-size: 1.5rem } h2 { font-size: 1.1rem; margin: 0 0 .8rem }
section { background: #fff; border: 1px solid #dde1e8; border-radius: 8px; padding: 1.2rem; margin: 1rem 0 }
table { width: 100%; border-collapse: collapse } th, td { text-align: left; padding: .5rem .6rem; vertical-align: top; border-top: 1px solid #eceff3 }
th { border: 0; font-size: .8rem; color: #5a6478; font-weight: 600 } td.n { text-align: right } td.n, .d { white-space: nowrap } small { color: #5a6478; display: block }
.badge { padding: .1rem .5rem; border-radius: 1rem; font-size: .8rem; white-space: nowrap }
.green { background: #dff3e4; color: #14602c } .red { background: #fbe1e0; color: #8c1d18 } .amber { background: #fdf0d3; color: #7a4d00 } .grey { background: #e9ecf1; color: #4b5567 }
form.new { display: flex; flex-wrap: wrap; gap: .8rem; align-items: end } label { font-size: .8rem; color: #5a6478 } input { display: block; font: inherit; padding: .35rem .5rem; border: 1px solid #b9c1ce; border-radius: 5px }
label.tick { display: flex; gap: .4rem; align-items: center; padding-bottom: .5rem } button { font: inherit; padding: .4rem 1rem; border: 0; border-radius: 5px; background: #0b57a8; color: #fff; cursor: pointer } p.bad { margin: .3rem 0 }
</style>
<h1>Spese sanitarie su Sistema TS</h1>
<?php if ($error !== null || $notices !== []): ?>
<section>
  <?php if ($error !== null): ?><p class="bad"><span class="badge red">errore</span> <?= e($error) ?></p><?php endif ?>
  <?php foreach ($notices as $notice): ?><p class="bad"><span class="badge amber">attenzione</span> <?= e($notice->it) ?></p><?php endforeach ?>
</section>
<?php endif ?>
<section>
  <h2>Nuova fattura</h2>
  <form class="new" method="post">
    <input type="hidden" name="token" value="<?= e($token) ?>">
    <label>Numero <input name="numero" required size="10"></label>
    <label>Data <input name="data" type="date" required value="<?= (new DateTimeImmutable('now', $rome))->format('Y-m-d') ?>"></label>
    <label>Codice fiscale <input name="cf" required size="18" autocomplete="off"></label>
    <label>Importo <input name="importo" required size="8" placeholder="60,00" inputmode="decimal"></label>
    <label class="tick"><input name="pagata" type="checkbox" checked> pagata con carta</label>
    <button name="salva" value="1">Salva</button>
  </form>
</section>
<section>
  <h2>Documenti</h2>
  <table>
    <tr><th>Numero<th class="d">Pagata il<th>Importo<th>Esito del controllo<th>Situazione<th></tr>
    <?php foreach ($statuses as $status): [$words, $colour] = verdict($status->document->verdict); $document = $status->document; ?>
    <tr>
      <td><?= e($document->idSpesa?->numDocumento ?? $document->id) ?>
      <td class="d"><?= day($document->dataPagamento) ?>
      <td class="n"><?= e(strtr($document->totale ?? '', '.', ',')) ?>
      <td><span class="badge <?= $colour ?>"><?= $words ?></span>
        <?php foreach ($document->reasons as $reason): ?><small><?= e($reason->it) ?></small><?php endforeach ?>
      <td><?= e($status->it) ?>
      <td><?php if (in_array($document->state, [DocumentState::Ready, DocumentState::Refused], true)): ?>
        <form method="post"><input type="hidden" name="token" value="<?= e($token) ?>">
          <button name="invia" value="<?= e($document->id) ?>">Invia</button></form><?php endif ?>
    </tr>
    <?php endforeach ?>
  </table>
</section>
<section>
  <h2>Registro degli invii</h2>
  <table>
    <tr><th>N.<th>Quando<th>Operazione<th>Documenti<th>Protocollo<th>Esito</tr>
    <?php foreach ($registry as $row): [$words, $colour] = acceptance($row->acceptance); ?>
    <tr>
      <td><?= $row->number ?>
      <td class="d"><?= $row->at->setTimezone($rome)->format('d/m/Y H:i') ?>
      <td><?= e($row->operation->value) ?>
      <td><?= e(implode(', ', $row->documents)) ?>
      <td><?= e($row->protocollo) ?>
      <td><span class="badge <?= $colour ?>"><?= $words ?></span>
        <?php foreach ($row->messaggi as $messaggio): ?><small><?= e("$messaggio->codice $messaggio->descrizione") ?></small><?php endforeach ?>
    </tr>
    <?php endforeach ?>
  </table>
</section>
