<?php

declare(strict_types=1);

namespace Sts\Internal;

use Sts\StsException;

/** Where the library is, and what to do when it cannot be used. */
final class Locator
{
    private const REMEDY = 'Set the environment variable STS_LIBRARY to the file, or call '
        . 'Sts::use(Library::load($path)); `ffi/install PREFIX` of the project builds and installs it';

    /** `e_machine` of ELF, `Machine` of PE, `cputype` of Mach-O. */
    private const MACHINES = [
        'elf' => [3 => 'i386', 40 => 'arm', 62 => 'x86_64', 183 => 'aarch64', 243 => 'riscv64'],
        'pe' => [0x14c => 'i386', 0x8664 => 'x86_64', 0xaa64 => 'aarch64'],
        'mach' => [0x01000007 => 'x86_64', 0x0100000c => 'aarch64'],
    ];

    private const SYSTEMS = ['elf' => 'Linux', 'pe' => 'Windows', 'mach' => 'Darwin'];

    /** What PHP itself may forbid. */
    public static function requireFfi(): void
    {
        if (!extension_loaded('ffi')) {
            throw new StsException('FFI_MISSING', null, 'the PHP extension ffi is not loaded in '
                . PHP_SAPI . ': install it (on Debian it is part of php-common: `phpenmod ffi`) and '
                . 'see `php --ini` for the php.ini that needs extension=ffi; where that is not '
                . 'possible, use `sts worker` (Sts\Worker)');
        }
        $enable = strtolower((string) ini_get('ffi.enable'));
        if (in_array($enable, ['', '0', 'off', 'false', 'no'], true)) {
            throw new StsException('FFI_DISABLED', null, 'FFI is switched off (ffi.enable=false): '
                . 'set ffi.enable=preload in php.ini, which allows it on the command line and to '
                . 'preloaded code; where that is not possible, use `sts worker` (Sts\Worker)');
        }
    }

    /** The header of the C ABI, without preprocessor. */
    public static function header(): string
    {
        $package = dirname(__DIR__, 2);
        // A package that was built has it; in the project it is where it belongs.
        foreach (["$package/lib/sts_ffi.h", "$package/../../ffi/include/sts_ffi.h"] as $file) {
            if (is_file($file)) {
                return file_get_contents($file);
            }
        }
        throw new StsException('LIBRARY_NOT_FOUND', null, 'this package is not whole: '
            . "$package/lib/sts_ffi.h is missing; install it again");
    }

    /**
     * The files and names to try, in order. A file that somebody named has to be there and to suit
     * this machine.
     *
     * @return list<string>
     */
    public static function candidates(?string $path): array
    {
        $named = $path ?? getenv('STS_LIBRARY');
        if ($named !== false && $named !== '') {
            $by = $path === null ? 'which STS_LIBRARY names' : 'the path that was given';
            if (!is_file($named)) {
                throw new StsException('LIBRARY_NOT_FOUND', null, "there is no file $named, $by");
            }
            self::suits($named);
            // The loader would look for a name without a slash elsewhere.
            return [realpath($named)];
        }
        $own = self::own();
        if (is_file($own)) {
            self::suits($own);
            return [$own];
        }
        return self::systemNames();
    }

    /**
     * Why none of the files could be used.
     *
     * @param array<string, string> $refused what PHP said, by file or name
     * @param ?string $glibc the version of glibc here, null where the C library is another one
     */
    public static function explain(array $refused, ?string $glibc): StsException
    {
        $words = implode('; ', $refused);
        if (str_contains($words, 'ffi.enable')) {
            return new StsException('FFI_RESTRICTED', null, 'PHP allows FFI on the command line and '
                . 'to preloaded code alone (ffi.enable=preload), and this is ' . PHP_SAPI . ': set '
                . 'opcache.preload to ' . dirname(__DIR__, 2) . '/preload.php (with '
                . 'opcache.preload_user), or ffi.enable=true; where neither is possible, let cron '
                . 'work off a table of commands, or use `sts worker` (Sts\Worker)');
        }
        $names = array_keys($refused);
        if ($names === self::systemNames()) {
            $tried = implode(', ', [self::own(), ...$names]);
            return new StsException('LIBRARY_NOT_FOUND', null, 'libsts was not found. Tried '
                . "(STS_LIBRARY is not set): $tried. " . self::REMEDY . '. The loader says: ' . $words);
        }
        $libc = is_file($names[0]) ? self::otherLibc((string) file_get_contents($names[0]), $glibc) : null;
        if ($libc !== null) {
            return new StsException('LIBRARY_ARCHITECTURE', null, "$names[0] was built $libc: take the "
                . 'library that was built for this system, or build it here');
        }
        return new StsException('LIBRARY_UNUSABLE', null, "$names[0] cannot be loaded: it is not "
            . "libsts, or is damaged. The loader says: $words");
    }

    public static function otherAbi(string $file, int $found, int $expected): StsException
    {
        $older = $found < $expected ? 'library' : 'package libsts/sts';
        return new StsException('LIBRARY_ABI', null, "$file has version $found of the interface, and "
            . "this package needs version $expected: update the $older");
    }

    /** The copy in this package. */
    private static function own(): string
    {
        [$os, $machine] = self::platform();
        $name = match ($os) {
            'Darwin' => 'libsts.dylib',
            'Windows' => 'sts.dll',
            default => 'libsts.so',
        };
        return dirname(__DIR__, 2) . '/lib/' . strtolower($os) . "-$machine/$name";
    }

    /** @return list<string> */
    private static function systemNames(): array
    {
        return match (PHP_OS_FAMILY) {
            'Darwin' => ['libsts.1.dylib', 'libsts.dylib'],
            'Windows' => ['sts.dll'],
            default => ['libsts.so.1', 'libsts.so'],
        };
    }

    /** @return array{string, string} */
    private static function platform(): array
    {
        $machine = strtolower(php_uname('m'));
        $machine = ['amd64' => 'x86_64', 'arm64' => 'aarch64'][$machine] ?? $machine;
        // A 32-bit PHP on a 64-bit system loads 32-bit libraries.
        if (PHP_INT_SIZE === 4) {
            $machine = ['x86_64' => 'i386', 'aarch64' => 'arm'][$machine] ?? $machine;
        }
        return [PHP_OS_FAMILY, $machine];
    }

    /** Whether a file is for this processor and system, by its first bytes. */
    private static function suits(string $file): void
    {
        $head = is_readable($file) ? (string) file_get_contents($file, false, null, 0, 4096) : '';
        if ($head === '') {
            throw new StsException('LIBRARY_UNUSABLE', null, "$file is empty, or may not be read by "
                . 'this user: check its rights');
        }
        [$format, $number] = self::target($head);
        if ($format === null) {
            throw new StsException('LIBRARY_UNUSABLE', null, "$file is no shared library");
        }
        [$os, $machine] = self::platform();
        $built = self::MACHINES[$format][$number] ?? "processor $number";
        // ELF is of more systems than Linux.
        $here = match ($os) {
            'Darwin' => 'mach',
            'Windows' => 'pe',
            default => 'elf',
        };
        if ($format !== $here || (in_array($machine, self::MACHINES[$here], true) && $built !== $machine)) {
            $system = self::SYSTEMS[$format];
            throw new StsException('LIBRARY_ARCHITECTURE', null, "$file is for $system on $built, and "
                . "this PHP runs on $os on $machine: take the library built for it");
        }
        // The system's loader would end this process.
        if ($format === 'elf' && PHP_INT_SIZE === 8 && substr($head, 4, 2) === "\x02\x01" && strlen($head) >= 64) {
            ['at' => $at, 'size' => $size, 'count' => $count] = unpack('Pat/x10/vsize/vcount', $head, 40);
            if (filesize($file) < $at + $size * $count) {
                throw new StsException('LIBRARY_UNUSABLE', null, "$file is shorter than it says: copy it again");
            }
        }
    }

    /** For which other C library than the one here a file of ELF was built; PHP before 8.3 does not say. */
    private static function otherLibc(string $file, ?string $glibc): ?string
    {
        $here = $glibc === null ? 'this system has none' : "this system has glibc $glibc";
        if (str_contains($file, "\0libc.musl-")) {
            return $glibc === null ? null : "for the C library musl, and $here";
        }
        preg_match_all('/\0GLIBC_(\d+(?:\.\d+)+)(?=\0)/', $file, $found);
        usort($found[1], version_compare(...));
        $needed = end($found[1]);
        return $needed === false || ($glibc !== null && version_compare($needed, $glibc, '<='))
            ? null
            : "for glibc $needed or later, and $here";
    }

    /** @return array{?string, int} format and processor */
    private static function target(string $head): array
    {
        if (str_starts_with($head, "\x7fELF") && strlen($head) >= 20) {
            $big = $head[5] === "\x02";
            return ['elf', unpack($big ? 'n' : 'v', $head, 18)[1]];
        }
        if (str_starts_with($head, "\xcf\xfa\xed\xfe")) {
            return ['mach', unpack('V', $head, 4)[1]];
        }
        if (str_starts_with($head, 'MZ') && strlen($head) >= 64) {
            $at = unpack('V', $head, 60)[1];
            if (substr($head, $at, 4) === "PE\0\0" && strlen($head) >= $at + 6) {
                return ['pe', unpack('v', $head, $at + 4)[1]];
            }
        }
        return [null, 0];
    }
}
