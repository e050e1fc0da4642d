package io.quaymaster.access;

import java.util.Locale;

/** How files are asked for. The wire name is the lower-case name. */
public enum Protocol {
  SFTP,
  SCP;

  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
