package io.quaymaster.planted.process;

import java.io.IOException;

class Executes {
  Process execute() throws IOException {
    return Runtime.getRuntime().exec(new String[] {"true"});
  }
}
