package io.quaymaster.planted.storage;

import javax.sql.DataSource;

interface KnowsJdbc {
  DataSource source();
}
