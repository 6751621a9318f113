<?php

declare(strict_types=1);

namespace Sts;

/**
 * A key-value store with compare-and-swap on one key.
 *
 * Keys are text compared as bytes, values are bytes. `Sts\Testing\StoreConformance` holds an
 * implementation to these rules. Whatever a method throws is reported as the code `STORE`; its
 * message must not show a value.
 */
interface Store
{
    /** The key whose value is the revision: a decimal number; absent counts as 0. */
    public const REVISION = 'revision';

    /**
     * The values of the keys, in the order asked, all read at one instant.
     *
     * @param list<string> $keys
     * @return list<?string> null for a missing key
     */
    public function get(array $keys): array;

    /**
     * The entries with `$from` ≤ key < `$to` in ascending order of key, the first `$limit` of them.
     *
     * @return list<array{string, string}> key and value
     */
    public function scan(string $from, string $to, int $limit): array;

    /**
     * Makes all writes or none: when the revision is still `$expected` at the moment they are made,
     * in one transaction that survives the loss of power once this returns `Commit::Done`;
     * otherwise nothing is changed. After an exception it is not known whether they were made.
     *
     * @param list<array{string, ?string}> $writes key and new value; null deletes
     */
    public function commit(int $expected, array $writes): Commit;
}
