package io.quaymaster.login;

import io.quaymaster.access.AccessPolicy;
import io.quaymaster.access.Protocol;
import io.quaymaster.access.SftpSettings;
import io.quaymaster.files.Home;
import io.quaymaster.login.LoginDoor.Reason;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a session of an account would meet, without any proof of who it is.
 *
 * @param refusal why even a good proof would be refused now; a credential's own rules are not asked
 */
public record Examined(
    long tenantId,
    Optional<Reason> refusal,
    Set<Protocol> protocols,
    SftpSettings sftp,
    AccessPolicy policy,
    Home home,
    List<Home> mounts,
    Grant.Limits limits) {}
