package io.quaymaster.process;

import java.util.UUID;

/** By which other gateways know this process: its row in {@code gateway_process}. */
public record ProcessId(UUID id) {}
