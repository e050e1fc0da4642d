package io.quaymaster.planted.process;

class BuildsAProcess {
  ProcessBuilder builder = new ProcessBuilder("true");
}
