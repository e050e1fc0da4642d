package io.quaymaster.access;

/** When others see an upload: at once, as with OpenSSH, or when it is complete. */
public enum PublishMode {
  IMMEDIATE("immediate"),
  ON_CLOSE("on-close");

  private final String wireName;

  PublishMode(String wireName) {
    this.wireName = wireName;
  }

  public String wireName() {
    return wireName;
  }
}
