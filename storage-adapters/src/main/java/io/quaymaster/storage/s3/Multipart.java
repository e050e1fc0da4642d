package io.quaymaster.storage.s3;

import org.jspecify.annotations.Nullable;

/**
 * A multipart upload on the server.
 *
 * @param key of the object that it will be
 * @param checksummed whether each part comes with a checksum of its own. Not every server knows one
 *     for a part that it copies, so an upload that begins with copies does without; its parts are
 *     compared by MD5
 * @param madeBy what the object will say of itself, {@link MadeBy}; null: nothing
 */
record Multipart(String key, String uploadId, boolean checksummed, @Nullable String madeBy) {}
