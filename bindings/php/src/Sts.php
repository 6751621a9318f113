<?php

declare(strict_types=1);

namespace Sts;

use Sts\Internal\Json;

/**
 * Questions that need no engine, no credentials and no store: what a page asks while an invoice is
 * typed. Settings and invoices have the form of `fixtures/schema`.
 */
final class Sts
{
    private static ?Door $door = null;

    /** Takes this library, or this process that has it, in place of the default one from now on. */
    public static function use(?Door $door): void
    {
        self::$door = $door;
    }

    /** What `use` was given, or else the library in this process. */
    public static function door(): Door
    {
        return self::$door ??= Library::load();
    }

    /** The version of the library, such as `0.1.0`. */
    public static function version(): string
    {
        return self::door()->version();
    }

    /**
     * What becomes of an invoice: the verdict with all its reasons.
     *
     * @param array<string, mixed>|\JsonSerializable $settings
     * @param array<string, mixed>|\JsonSerializable $invoice
     * @param ?int $now milliseconds since 1970, UTC; by default the time of the machine
     * @return array<string, mixed>
     */
    public static function check(
        array|\JsonSerializable $settings,
        array|\JsonSerializable $invoice,
        ?int $now = null,
    ): array {
        return self::ask('check', [
            'settings' => $settings,
            'invoice' => $invoice,
            'now' => $now ?? (new SystemClock())->now(),
        ]);
    }

    /**
     * What would travel, its tax code left out; null when the verdict is not `send`.
     *
     * @param array<string, mixed>|\JsonSerializable $settings
     * @param array<string, mixed>|\JsonSerializable $invoice
     * @return ?array<string, mixed>
     */
    public static function preview(
        array|\JsonSerializable $settings,
        array|\JsonSerializable $invoice,
        ?int $now = null,
    ): ?array {
        return self::ask('preview', [
            'settings' => $settings,
            'invoice' => $invoice,
            'now' => $now ?? (new SystemClock())->now(),
        ])['documento'];
    }

    /**
     * Today in Italy and the deadlines ahead, the soonest first.
     *
     * @param array<string, mixed>|\JsonSerializable $settings
     * @return array<string, mixed>
     */
    public static function calendar(array|\JsonSerializable $settings, ?int $now = null): array
    {
        $now ??= (new SystemClock())->now();
        return self::ask('calendar', ['settings' => $settings, 'now' => $now]);
    }

    /**
     * Whether an engine can be opened with the settings: otherwise an {@see StsException} with the
     * code `SETTINGS` and the path of the field.
     *
     * @param array<string, mixed>|\JsonSerializable $settings
     */
    public static function settings(array|\JsonSerializable $settings): void
    {
        self::ask('settings', ['settings' => $settings]);
    }

    /**
     * Whether a tax code is well formed, and its kind or what is wrong.
     *
     * @return array<string, mixed>
     */
    public static function codiceFiscale(#[\SensitiveParameter] string $text): array
    {
        return self::ask('codice_fiscale', ['text' => $text]);
    }

    /**
     * Whether a VAT number is well formed, or what is wrong.
     *
     * @return array<string, mixed>
     */
    public static function partitaIva(string $text): array
    {
        return self::ask('partita_iva', ['text' => $text]);
    }

    /**
     * What a code of the service means and what to do.
     *
     * @return array<string, mixed>
     */
    public static function explain(string $code, ?string $tipo = null): array
    {
        return self::ask('explain', ['code' => $code, 'tipo' => $tipo]);
    }

    /**
     * Remarks on credentials as they are typed.
     *
     * @return list<array<string, mixed>>
     */
    public static function advice(
        #[\SensitiveParameter] ?string $username = null,
        #[\SensitiveParameter] ?string $password = null,
        #[\SensitiveParameter] ?string $pincode = null,
    ): array {
        return self::ask('advice', [
            'username' => $username,
            'password' => $password,
            'pincode' => $pincode,
        ])['reasons'];
    }

    /**
     * Every reason that a judgement can give.
     *
     * @return list<array<string, mixed>>
     */
    public static function reasons(): array
    {
        return self::ask('reasons', (object) [])['reasons'];
    }

    /**
     * @param array<string, mixed>|object $question
     * @return array<string, mixed>
     */
    private static function ask(string $name, array|object $question): array
    {
        return Json::decode(self::door()->call($name, Json::encode($question)));
    }
}
