<?php

declare(strict_types=1);

namespace Sts\Tests\Support;

/** A temporary folder, which goes when the last reference to it does. */
final class Folder
{
    public readonly string $path;

    public function __construct()
    {
        $this->path = sys_get_temp_dir() . '/sts' . bin2hex(random_bytes(6));
        mkdir($this->path, 0700);
    }

    public function __destruct()
    {
        array_map(unlink(...), glob("$this->path/*"));
        rmdir($this->path);
    }
}
