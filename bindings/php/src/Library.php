<?php

declare(strict_types=1);

namespace Sts;

use FFI;
use FFI\CData;
use Sts\Internal\Locator;
use Sts\Internal\NativeHandle;

/**
 * libsts in this process, through FFI. The one class that touches FFI, so that PHP's restriction of
 * FFI to preloaded code is kept by preloading this package (`preload.php`).
 */
final class Library implements Door
{
    /** The `STS_ABI` of `sts.h` that this package was written for. */
    public const ABI = 1;

    /** The name under which `preload.php` leaves the library to later requests. */
    private const SCOPE = 'STS';

    /** What tells one interface from another, and is there in every version. */
    private const PROBE = 'uint32_t sts_abi_version(void);';

    /** @var array<string, self> */
    private static array $loaded = [];

    private function __construct(private readonly FFI $ffi)
    {
    }

    /**
     * The library, loaded once for each path.
     *
     * Without a path: what `preload.php` has loaded; otherwise the file that the environment
     * variable `STS_LIBRARY` names, the copy in this package, or what the system's loader finds.
     * Whatever stands in the way is an {@see StsException} that says how to remove it.
     */
    public static function load(?string $path = null): self
    {
        if (isset(self::$loaded[$path ?? ''])) {
            return self::$loaded[$path ?? ''];
        }
        Locator::requireFfi();
        $ffi = ($path === null ? self::preloaded() : null) ?? self::search($path);
        return self::$loaded[$path ?? ''] = new self($ffi);
    }

    /**
     * Loads the library for all later requests of a server. For `preload.php` alone.
     *
     * @internal
     */
    public static function preload(): void
    {
        Locator::requireFfi();
        foreach (Locator::candidates(null) as $file) {
            $header = tempnam(sys_get_temp_dir(), 'sts');
            $names = sprintf("#define FFI_SCOPE \"%s\"\n#define FFI_LIB \"%s\"\n", self::SCOPE, $file);
            file_put_contents($header, $names . Locator::header());
            try {
                self::probe($file);
                FFI::load($header);
                return;
            } catch (FFI\Exception) {
                // The next one may do; what is wrong with all of them is said when one is used.
            } finally {
                unlink($header);
            }
        }
    }

    public function call(string $name, #[\SensitiveParameter] string $question): string
    {
        return $this->run('sts_call', $name, strlen($name), $question, strlen($question))->json;
    }

    public function open(#[\SensitiveParameter] string $settings): Handle
    {
        $engine = $this->ffi->new('sts_engine*');
        $this->run('sts_engine_new', $settings, strlen($settings), FFI::addr($engine));
        return new NativeHandle($this, $engine);
    }

    public function version(): string
    {
        return $this->ffi->sts_version();
    }

    /**
     * Calls a function that gives a result, with all arguments but the last.
     *
     * @internal
     */
    public function run(string $function, #[\SensitiveParameter] mixed ...$arguments): Reply
    {
        $result = $this->ffi->new('sts_result*');
        try {
            $arguments[] = FFI::addr($result);
            $status = $this->ffi->$function(...$arguments);
            $reply = $this->read($result);
        } finally {
            $this->ffi->sts_result_free($result);
        }
        if ($status === 0) {
            return $reply;
        }
        ['code' => $code, 'path' => $path, 'message' => $message] = json_decode($reply->json, true);
        throw new StsException($code, $path, $message);
    }

    /** @internal */
    public function free(CData $engine): void
    {
        $this->ffi->sts_engine_free($engine);
    }

    private function read(CData $result): Reply
    {
        $length = $this->ffi->new('size_t');
        $at = FFI::addr($length);
        $json = $this->ffi->sts_result_json($result, $at);
        $json = FFI::string($json, $length->cdata);
        $bodies = [];
        $count = $this->ffi->sts_result_body_count($result);
        for ($i = 0; $i < $count; $i++) {
            $body = $this->ffi->sts_result_body($result, $i, $at);
            $bodies[] = FFI::string($body, $length->cdata);
        }
        return new Reply($json, $bodies);
    }

    private static function preloaded(): ?FFI
    {
        try {
            return FFI::scope(self::SCOPE);
        } catch (FFI\Exception) {
            return null;
        }
    }

    private static function search(?string $path): FFI
    {
        $refused = [];
        foreach (Locator::candidates($path) as $file) {
            try {
                self::probe($file);
                return FFI::cdef(Locator::header(), $file);
            } catch (FFI\Exception $error) {
                $refused[$file] = $error->getMessage();
            }
        }
        throw Locator::explain($refused, self::glibc());
    }

    private static function glibc(): ?string
    {
        try {
            return FFI::cdef('const char *gnu_get_libc_version(void);')->gnu_get_libc_version();
        } catch (FFI\Exception) {
            return null;
        }
    }

    /** All functions of a header are resolved at once, so another version is asked for its number first. */
    private static function probe(string $file): void
    {
        $found = FFI::cdef(self::PROBE, $file)->sts_abi_version();
        if ($found !== self::ABI) {
            throw Locator::otherAbi($file, $found, self::ABI);
        }
    }
}
