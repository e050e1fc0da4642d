package io.quaymaster.planted.admin;

final class HandsOn {
  private HandsOn() {}

  static void handOn(Runnable work) {
    Thread.ofVirtual().start(work);
  }
}
