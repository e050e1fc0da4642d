package io.quaymaster.planted.ssh;

import jakarta.servlet.http.HttpServletRequest;

interface KnowsHttp {
  HttpServletRequest request();
}
