package io.quaymaster.storage.s3;

import java.time.Duration;

/**
 * What the uploads of one store share.
 *
 * @param scratchPrefix what keys begin with that no client sees
 * @param memoryPerFile bytes that one upload may hold
 * @param patience how long an upload waits for memory
 */
record UploadServices(
    Bucket bucket,
    UploadRecords records,
    TransferMemory memory,
    TransferMemory.Share share,
    Parts parts,
    String scratchPrefix,
    long memoryPerFile,
    Duration patience) {}
