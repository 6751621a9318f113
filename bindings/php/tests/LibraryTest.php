<?php

declare(strict_types=1);

namespace Sts\Tests;

use PHPUnit\Framework\TestCase;
use Sts\Library;
use Sts\Tests\Support\Child;
use Sts\Tests\Support\Folder;
use Sts\Tests\Support\Target;
use Sts\Tests\Support\WebServer;

/** What a newcomer can do wrong is done in a PHP of its own, and gets its sentence. */
final class LibraryTest extends TestCase
{
    private const LOAD = 'try { echo "version " . Sts\Library::load($argv[1] ?? null)->version(); }
        catch (Sts\StsException $e) { echo $e->getCode(), ": ", $e->getMessage(); }';

    private Folder $folder;

    protected function setUp(): void
    {
        $this->folder = new Folder();
    }

    public function testItIsLoadedOnce(): void
    {
        self::assertSame(Library::load(), Library::load());
        self::assertMatchesRegularExpression('/^\d+\.\d+\.\d+/', Library::load()->version());
        $library = Library::load(Target::file('libsts.so'));
        self::assertStringContainsString('"valid":true', $library->call('partita_iva', '{"text": "99900011000"}'));
    }

    public function testWithoutTheExtension(): void
    {
        $said = Child::says(self::LOAD, ['-n']);
        self::assertStringStartsWith('FFI_MISSING: the PHP extension ffi is not loaded in cli', $said);
        self::assertStringContainsString('phpenmod ffi', $said);
    }

    public function testWithFfiSwitchedOff(): void
    {
        foreach (['0', 'false', 'Off'] as $off) {
            $said = Child::says(self::LOAD, ['-d', "ffi.enable=$off"]);
            self::assertStringStartsWith('FFI_DISABLED: FFI is switched off', $said);
            self::assertStringContainsString('ffi.enable=preload in php.ini', $said);
        }
    }

    public function testInAServerThatMayNotUseFfiAndInOneThatPreloads(): void
    {
        $page = "{$this->folder->path}/page.php";
        $autoload = var_export(dirname(__DIR__) . '/autoload.php', true);
        file_put_contents($page, "<?php require_once $autoload; " . self::LOAD);
        $said = (new WebServer($page, ['-d', 'ffi.enable=preload']))->get('/');
        self::assertStringStartsWith('FFI_RESTRICTED: PHP allows FFI on the command line', $said);
        self::assertStringContainsString('this is cli-server', $said);
        self::assertStringContainsString('preload.php', $said);

        $preload = ['-d', 'ffi.enable=preload', '-d', 'opcache.enable=1', '-d', 'opcache.enable_cli=1',
            '-d', 'opcache.preload=' . dirname(__DIR__) . '/preload.php'];
        if (posix_geteuid() === 0) {
            $preload = [...$preload, '-d', 'opcache.preload_user=root'];
        }
        self::assertStringStartsWith('version ', (new WebServer($page, $preload))->get('/'));
        $twice = new WebServer($page, ['-d', 'ffi.enable=true']);
        self::assertSame($twice->get('/'), $twice->get('/'));
    }

    public function testWithoutALibrary(): void
    {
        $none = ['STS_LIBRARY' => null];
        $said = Child::says(self::LOAD, [], $none);
        self::assertStringStartsWith('LIBRARY_NOT_FOUND: libsts was not found. Tried', $said);
        self::assertMatchesRegularExpression('#/lib/[a-z]+-[a-z0-9_]+/libsts\.so, libsts\.so\.1, libsts\.so#', $said);
        self::assertStringContainsString('Set the environment variable STS_LIBRARY', $said);
        $said = Child::says(self::LOAD, [], ['STS_LIBRARY' => '/nowhere/libsts.so']);
        $wanted = 'LIBRARY_NOT_FOUND: there is no file /nowhere/libsts.so, which STS_LIBRARY names';
        self::assertSame($wanted, $said);
        $said = Child::says(self::LOAD, [], $none, ['/nowhere/libsts.so']);
        self::assertStringEndsWith('/nowhere/libsts.so, the path that was given', $said);
    }

    public function testWithALibraryForAnotherProcessorOrSystem(): void
    {
        $own = file_get_contents(Target::file('libsts.so'), false, null, 0, 4096);
        $other = ord($own[18]) === 62 ? 183 : 62;
        $elf = substr_replace($own, pack('v', $other), 18, 2);
        $said = $this->loads($elf);
        self::assertMatchesRegularExpression('/^LIBRARY_ARCHITECTURE: .* is for Linux on (aarch64|x86_64), and this PHP runs on Linux on/', $said);
        $mach = "\xcf\xfa\xed\xfe" . pack('V', 0x0100000c) . str_repeat("\0", 100);
        self::assertStringContainsString('is for Darwin on aarch64', $this->loads($mach));
        $pe = str_pad('MZ', 60, "\0") . pack('V', 64) . "PE\0\0" . pack('v', 0x8664);
        self::assertStringContainsString('is for Windows on x86_64', $this->loads($pe));
    }

    public function testWithALibraryForAnotherCLibrary(): void
    {
        // As if it were built on a system of the future.
        $own = file_get_contents(Target::file('libsts.so'));
        $said = $this->loads(str_replace("\0GLIBC_2.2.5\0", "\0GLIBC_9.9.9\0", $own));
        self::assertMatchesRegularExpression('/^LIBRARY_ARCHITECTURE: .* for glibc 9\.9\.9 or later, and this system has glibc 2\./', $said);

        $musl = $this->compiled('libc.musl-x86_64.so.1', 'void other(void) {}', ['-Wl,-soname,libc.musl-x86_64.so.1']);
        $library = $this->compiled('libsts.so', 'void other(void); unsigned sts_abi_version(void) { other(); return 1; }', [$musl]);
        $said = Child::says(self::LOAD, [], ['STS_LIBRARY' => $library]);
        self::assertMatchesRegularExpression('/^LIBRARY_ARCHITECTURE: .* for the C library musl, and this system has glibc/', $said);
    }

    public function testWithALibraryOfAnotherVersion(): void
    {
        foreach ([0 => 'update the library', 2 => 'update the package libsts/sts'] as $version => $remedy) {
            $library = $this->compiled("libsts$version.so", "unsigned sts_abi_version(void) { return $version; }");
            $said = Child::says(self::LOAD, [], ['STS_LIBRARY' => $library]);
            self::assertStringStartsWith('LIBRARY_ABI: ', $said);
            self::assertStringContainsString("has version $version of the interface", $said);
            self::assertStringContainsString($remedy, $said);
        }
    }

    public function testWithSomethingElseThanALibrary(): void
    {
        self::assertStringContainsString('is no shared library', $this->loads('#!/bin/sh'));
        self::assertStringContainsString('is empty', $this->loads(''));
        $half = file_get_contents(Target::file('libsts.so'), false, null, 0, 1 << 20);
        self::assertStringContainsString('is shorter than it says', $this->loads($half));
        $other = $this->compiled('libother.so', 'int other(void) { return 1; }');
        $said = Child::says(self::LOAD, [], ['STS_LIBRARY' => $other]);
        self::assertStringStartsWith('LIBRARY_UNUSABLE: ', $said);
        self::assertStringContainsString('it is not libsts', $said);
    }

    /** What is said when a file of these bytes is to be loaded. */
    private function loads(string $bytes): string
    {
        $file = "{$this->folder->path}/libsts.so";
        file_put_contents($file, $bytes);
        return Child::says(self::LOAD, [], ['STS_LIBRARY' => $file]);
    }

    /** @param list<string> $options of the compiler */
    private function compiled(string $name, string $source, array $options = []): string
    {
        $file = "{$this->folder->path}/$name";
        file_put_contents("$file.c", $source);
        $command = ['cc', '-shared', '-fPIC', '-nostdlib', '-o', $file, "$file.c", ...$options];
        exec(implode(' ', array_map(escapeshellarg(...), $command)) . ' 2>&1', $said, $status);
        self::assertSame(0, $status, implode("\n", $said));
        return $file;
    }
}
