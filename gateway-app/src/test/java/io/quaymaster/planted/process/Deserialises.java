package io.quaymaster.planted.process;

import java.io.IOException;
import java.io.ObjectInputStream;

class Deserialises {
  Object read(ObjectInputStream in) throws IOException, ClassNotFoundException {
    return in.readObject();
  }
}
