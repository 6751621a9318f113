<?php

declare(strict_types=1);

require __DIR__ . '/../autoload.php';

// Tests find each other as the package's classes do.
spl_autoload_register(static function (string $class): void {
    if (str_starts_with($class, 'Sts\\Tests\\')) {
        $file = __DIR__ . '/' . strtr(substr($class, 10), '\\', '/') . '.php';
        if (is_file($file)) {
            require $file;
        }
    }
});

error_reporting(-1);
