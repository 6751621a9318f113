<?php

declare(strict_types=1);

namespace Sts\Tests;

use Sts\MemoryStore;
use Sts\Store;
use Sts\Testing\StoreConformance;

final class MemoryStoreTest extends StoreConformance
{
    protected function emptyStore(): Store
    {
        return new MemoryStore();
    }

    protected function connect(): ?Store
    {
        return null;
    }
}
