<?php

declare(strict_types=1);

namespace Sts\Tests;

use PHPUnit\Framework\TestCase;
use Sts\Credentials;
use Sts\Engine;
use Sts\Response;
use Sts\StsException;
use Sts\Tests\Support\Folder;
use Sts\Tests\Support\Target;
use Sts\Worker;

final class WorkerTest extends TestCase
{
    private const NOW = 1_795_424_400_000;

    private const SETTINGS = ['ambiente' => 'test', 'profile' => [
        'categoria' => 'psicologo',
        'cfProprietario' => 'PSCPRV80A01X999I',
        'pIva' => '99900011000',
    ]];

    private Worker $worker;

    protected function setUp(): void
    {
        $this->worker = Worker::at(Target::file('sts'), 5.0);
    }

    private function engine(): Engine
    {
        return new Engine(self::SETTINGS, new Credentials('PSCPRV80A01X999I', 'segreta', '1234567890'), $this->worker);
    }

    private static function code(\Closure $call): string
    {
        try {
            $call();
        } catch (StsException $error) {
            return $error->getCode();
        }
        self::fail('nothing was thrown');
    }

    /** Processes this one has started and not yet buried. */
    private static function children(): array
    {
        $children = trim((string) shell_exec('ps -o pid=,comm= --ppid ' . getmypid() . ' | grep -v -w -e ps -e sh'));
        return $children === '' ? [] : explode("\n", $children);
    }

    public function testAnswersAreThoseOfTheLibrary(): void
    {
        $answer = json_decode($this->worker->call('explain', '{"code": "S017"}'), true);
        self::assertSame('already_present', $answer['kind']);
        self::assertMatchesRegularExpression('/^\d+\.\d+\.\d+$/', $this->worker->version());
        self::assertContains('revision', $this->engine()->tick(self::NOW)->needs->keys);
    }

    public function testWhatTheEngineRefusesHasItsCodeAndPath(): void
    {
        try {
            $this->worker->open('{"ambiente": "test"}');
            self::fail('a profile is needed');
        } catch (StsException $error) {
            self::assertSame(['SETTINGS', '/profile'], [$error->getCode(), $error->path]);
        }
        self::assertSame('CLOCK', self::code(fn () => $this->engine()->tick(-1)));
        self::assertSame('COMMAND', self::code(fn () => $this->engine()->command(self::NOW, ['command' => 'fly'])));
    }

    public function testAWorkerThatIsKilledIsStartedAgainAndItsEnginesOpenAgain(): void
    {
        $engine = $this->engine();
        $engine->tick(self::NOW);
        $pid = $this->worker->pid();
        foreach (
            [
                fn () => $engine->tick(self::NOW),
                fn () => $engine->response(self::NOW, 'x', Response::answered(200, [['A', 'b']], "\xff")),
                fn () => $engine->command(self::NOW, ['command' => 'health']),
            ] as $input
        ) {
            posix_kill($this->worker->pid(), SIGKILL);
            self::assertContains('revision', $input()->needs->keys);
        }
        self::assertNotSame($pid, $this->worker->pid());
        // What the lost engine asked for is not what the new one has asked for.
        $needs = $engine->tick(self::NOW)->needs;
        posix_kill($this->worker->pid(), SIGKILL);
        $engine->load($needs, array_fill(0, count($needs->keys), null), array_fill(0, count($needs->ranges), []));
        self::assertContains('revision', $engine->tick(self::NOW)->needs->keys);
    }

    public function testTwoEnginesOfAProcessThatDiesKeepTheirOwnSettings(): void
    {
        $one = $this->engine();
        $other = new Engine(['ambiente' => 'produzione'] + self::SETTINGS, null, $this->worker);
        for ($i = 0; $i < 3; $i++) {
            posix_kill($this->worker->pid(), SIGKILL);
            // Numbers of engines begin anew, and the other one is opened first now.
            self::assertNotNull($other->tick(self::NOW)->needs);
            self::assertNotNull($one->tick(self::NOW)->needs);
            [$one, $other] = [$other, $one];
        }
        $one->free();
        self::assertSame('CLOSED', self::code(fn () => $one->tick(self::NOW)));
        self::assertNotNull($other->tick(self::NOW)->needs);
    }

    public function testAWorkerThatHangsIsEndedInTime(): void
    {
        $worker = Worker::at(Target::file('sts'), 0.3);
        $engine = new Engine(self::SETTINGS, null, $worker);
        posix_kill($worker->pid(), SIGSTOP);
        $began = microtime(true);
        self::assertSame('WORKER_TIMEOUT', self::code(fn () => $engine->tick(self::NOW)));
        self::assertLessThan(3.0, microtime(true) - $began);
        self::assertNotNull($engine->tick(self::NOW)->needs, 'and started again');
    }

    public function testBodiesOfAnySizeGoThroughThePipes(): void
    {
        $engine = $this->engine();
        foreach ([0, 1, 65_535, 65_536, 5_000_000, Response::MAX_BODY + 1] as $length) {
            $body = str_repeat("\0\xff", intdiv($length, 2)) . ($length % 2 ? 'x' : '');
            self::assertNotNull($engine->response(self::NOW, 'x', Response::answered(200, [], $body))->needs);
        }
    }

    public function testACallThatASignalBreaksOffIsNotTakenForTheNextOne(): void
    {
        // Answers with the name of the question, having sent a signal to who asks.
        $program = <<<'END'
            #!/usr/bin/env php
            <?php
            while (is_string($head = fread(STDIN, 4)) && strlen($head) === 4) {
                $asked = json_decode(fread(STDIN, unpack('N', $head)[1]), true);
                array_sum($asked['bodies']) === 0 || fread(STDIN, array_sum($asked['bodies']));
                if ($asked['call'] === 'call') {
                    posix_kill(posix_getppid(), SIGUSR1);
                    usleep(100_000);
                }
                $json = json_encode(['abi' => 1, 'version' => '0.0.0', 'name' => $asked['name'] ?? null]);
                $head = json_encode(['status' => 0, 'bodies' => [strlen($json)]]);
                echo pack('N', strlen($head)), $head, $json;
            }
            END;
        $folder = new Folder();
        file_put_contents("$folder->path/sts", $program);
        chmod("$folder->path/sts", 0700);
        $worker = Worker::at("$folder->path/sts", 5.0);
        $name = static fn (string $name): string => json_decode($worker->call($name, '{}'), true)['name'];
        $async = pcntl_async_signals(true);
        try {
            $handler = static fn () => throw new \LogicException('time is over');
            pcntl_signal(SIGUSR1, function () use (&$handler): void {
                $handler();
            });
            try {
                $name('one');
                self::fail('the handler threw');
            } catch (\LogicException) {
            }
            $seen = [];
            $handler = static function () use ($name, &$seen): void {
                $seen[] = self::code(static fn () => $name('three'));
            };
            self::assertSame('two', $name('two'));
            self::assertSame(['BUSY'], $seen);
        } finally {
            pcntl_signal(SIGUSR1, SIG_DFL);
            pcntl_async_signals($async);
            $worker->stop();
        }
    }

    public function testNoProcessIsLeftBehind(): void
    {
        $before = self::children();
        $engine = $this->engine();
        self::assertCount(count($before) + 1, self::children());
        posix_kill($this->worker->pid(), SIGKILL);
        $engine->tick(self::NOW);
        self::assertCount(count($before) + 1, self::children(), 'the killed one is no zombie');
        $this->worker->stop();
        self::assertSame($before, self::children());
        $engine->tick(self::NOW);
        unset($engine);
        $this->worker->stop();
        self::assertSame($before, self::children());
    }

    public function testAWorkerEndsWithAPhpThatIsKilled(): void
    {
        $code = 'require $argv[1]; $w = Sts\Worker::at($argv[2]); $w->version(); echo $w->pid(), "\n"; sleep(60);';
        $autoload = dirname(__DIR__) . '/autoload.php';
        $php = proc_open([PHP_BINARY, '-r', $code, $autoload, Target::file('sts')], [1 => ['pipe', 'w']], $pipes);
        $pid = (int) fgets($pipes[1]);
        self::assertTrue(posix_kill($pid, 0));
        proc_terminate($php, SIGKILL);
        proc_close($php);
        // Whoever inherits it buries it: a zombie counts as ended.
        for ($i = 0; $i < 200 && self::runs($pid); $i++) {
            usleep(10_000);
        }
        self::assertFalse(self::runs($pid));
    }

    private static function runs(int $pid): bool
    {
        $state = @file_get_contents("/proc/$pid/stat");
        return $state !== false && preg_match('/\) Z/', $state) !== 1;
    }

    public function testAForkedChildHasAWorkerOfItsOwn(): void
    {
        $engine = $this->engine();
        $pid = $this->worker->pid();
        $child = pcntl_fork();
        if ($child === 0) {
            $engine->tick(self::NOW);
            $own = $this->worker->pid() !== $pid;
            $this->worker->stop();
            // Without the end of PHPUnit.
            posix_kill(getmypid(), $own ? SIGUSR1 : SIGUSR2);
        }
        pcntl_waitpid($child, $status);
        self::assertSame(SIGUSR1, pcntl_wtermsig($status));
        self::assertNotNull($engine->tick(self::NOW)->needs);
        self::assertSame($pid, $this->worker->pid(), 'and that of the parent goes on');
    }

    public function testAProgramThatIsNoneIsNamed(): void
    {
        self::assertSame('WORKER_NOT_FOUND', self::code(fn () => Worker::at('/nowhere/sts')));
        foreach (['/bin/true' => 'WORKER_DIED', '/bin/cat' => 'WORKER_', '/usr/bin/yes' => 'WORKER_UNUSABLE'] as $file => $code) {
            try {
                Worker::at($file, 2.0)->version();
                self::fail($file);
            } catch (StsException $error) {
                self::assertStringStartsWith($code, $error->getCode());
                self::assertStringContainsString(basename((string) realpath($file)), $error->getMessage());
            }
        }
    }

    public function testSecretsShowInNoDump(): void
    {
        $engine = $this->engine();
        $engine->tick(self::NOW);
        $dump = print_r($engine, true) . print_r($this->worker, true);
        self::assertStringNotContainsString('segreta', $dump);
        self::assertStringNotContainsString('1234567890', $dump);
        self::assertStringNotContainsString('PSCPRV80A01X999I', $dump);
    }
}
