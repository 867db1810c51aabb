#pragma once
#include <stdint.h>

/// bpf(2) BPF_PROG_LOAD of a BPF_PROG_TYPE_CGROUP_DEVICE program of `count` instructions: a descriptor.
int cl_bpf_load_device_filter(const uint64_t *_Nonnull instructions, uint32_t count);
/// bpf(2) BPF_PROG_ATTACH to a control group with BPF_F_ALLOW_MULTI, instead of `replaced` unless that is -1.
int cl_bpf_attach_device_filter(int group, int program, int replaced);
int cl_bpf_detach_device_filter(int group, int program);
/// bpf(2) BPF_PROG_QUERY: ids of the filters attached here; how many there are.
int cl_bpf_device_filters(int group, uint32_t *_Nonnull ids, uint32_t capacity);
/// bpf(2) BPF_PROG_GET_FD_BY_ID.
int cl_bpf_program(uint32_t id);
