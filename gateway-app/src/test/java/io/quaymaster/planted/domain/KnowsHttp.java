package io.quaymaster.planted.domain;

import org.springframework.http.HttpStatus;

class KnowsHttp {
  HttpStatus status = HttpStatus.OK;
}
