package io.quaymaster.planted.admin;

import org.apache.sshd.server.SshServer;

interface KnowsSsh {
  SshServer server();
}
