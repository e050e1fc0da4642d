package io.quaymaster.storage.s3;

import java.time.Duration;

/** What the bucket stores of a process may hold, in bytes, and how long a request may take. */
public record S3Limits(
    long uploadMemory,
    long uploadMemoryPerFile,
    long downloadMemory,
    long downloadMemoryPerFile,
    Duration patience) {}
