package io.quaymaster.ssh.sftp;

/**
 * What one SFTP channel may ask for. The defaults are sftp-server's, where it has them.
 *
 * @param packetBytes longest message that is taken
 * @param readBytes longest answer to a READ
 * @param writeBytes longest WRITE that is announced; longer ones are taken as far as the packet
 *     allows
 * @param handles files and directories open at once
 */
public record SftpLimits(int packetBytes, int readBytes, int writeBytes, int handles) {
  public static final SftpLimits DEFAULTS =
      new SftpLimits(256 << 10, (256 << 10) - 1024, (256 << 10) - 1024, 1024);
}
