package io.quaymaster.planted.process;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;

class IsInjected {
  @Autowired @Nullable Runnable field;
}
