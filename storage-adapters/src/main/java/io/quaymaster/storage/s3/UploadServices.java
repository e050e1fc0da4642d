package io.quaymaster.storage.s3;

import java.time.Duration;

/**
 * What the uploads of one store share.
 *
 * @param memoryPerFile bytes that one upload may hold
 * @param patience how long an upload waits for memory
 */
record UploadServices(
    Bucket bucket,
    UploadRecords records,
    TransferMemory memory,
    TransferMemory.Share share,
    Parts parts,
    long memoryPerFile,
    Duration patience) {}
