#pragma once
#include <stddef.h>
#include <stdint.h>

/// SHA-256 compression (FIPS 180-4) of `blocks` × 64 bytes into `state`, with the processor's SHA instructions where
/// it has them.
void cl_sha256_blocks(uint32_t *_Nonnull state, const uint8_t *_Nonnull data, size_t blocks);
/// 1 when the processor's SHA instructions are used.
int cl_sha256_is_accelerated(void);
