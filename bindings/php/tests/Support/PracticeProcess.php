<?php

declare(strict_types=1);

namespace Sts\Tests\Support;

use Sts\CurlHttp;
use Sts\Driver;
use Sts\Http;
use Sts\PdoStore;
use Sts\Request;
use Sts\Response;
use Sts\Store;
use Sts\Types\Selection;

/** What a process of a practice does, until it is done or ends itself in the middle of a sending. */
final class PracticeProcess
{
    /**
     * Saves and sends some invoices.
     *
     * @param array<string, mixed> $settings
     * @param array{string, ?string, ?string, ?string} $database DSN, user, password, holder
     * @param string $name with which the ids begin
     * @param ?string $dies `before` or `after` the request of its second insertion, as if it were
     *     killed; it goes on until then
     */
    public static function run(array $settings, array $database, string $name, ?string $dies): void
    {
        $driver = new Driver($settings, self::store($database), Practice::credentials(), null, self::http($dies));
        for ($i = 1; $i <= ($dies === null ? 6 : 100); $i++) {
            $driver->save([Practice::invoice("$name$i")]);
            $driver->send(Selection::ids(["$name$i"]));
            $driver->tick();
            // Or the other process would go on sending for both, and this one never.
            usleep($dies === null ? 10_000 : 150_000);
        }
        echo 'done';
    }

    /** @param array{string, ?string, ?string, ?string} $database */
    public static function store(array $database): Store
    {
        [$dsn, $user, $password, $holder] = $database;
        return new PdoStore(static fn (): \PDO => new \PDO($dsn, $user, $password), $holder);
    }

    private static function http(?string $dies): Http
    {
        return new class ($dies) implements Http {
            private int $insertions = 0;

            public function __construct(private readonly ?string $dies)
            {
            }

            public function perform(Request $request): Response
            {
                $now = $request->label === 'Inserimento' && ++$this->insertions === 2;
                if ($now && $this->dies === 'before') {
                    posix_kill(getmypid(), SIGKILL);
                }
                $response = (new CurlHttp())->perform($request);
                if ($now && $this->dies === 'after') {
                    posix_kill(getmypid(), SIGKILL);
                }
                return $response;
            }
        };
    }
}
