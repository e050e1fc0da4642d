package io.quaymaster.files;

/**
 * What every {@link FileStore} promises: the model in memory, each adapter, each wrapper and the
 * full stack pass the same lines.
 */
public interface FileStoreContract
    extends FileContentContract,
        UploadContract,
        NameContract,
        ListingContract,
        RenameContract,
        LinkContract {}
