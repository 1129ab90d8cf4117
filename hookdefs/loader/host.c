// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Copyright (c) 2026 The OPENED authors */
/*
 * host.c - what must be there first: capabilities, BPF filesystem, network namespace, the lock
 *
 * libbpf's own words mislead here: without CAP_BPF it advises to raise a memory limit that kernels
 * since 5.11 do not have.
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/magic.h>
#include <sched.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "internal.h"

#define LOCK_SECONDS 10
#define NAMED_NETNS  "/run/netns"
#define OWN_NETNS    "/proc/self/ns/net"

/* Not all C libraries' headers have them. */
#ifndef CAP_PERFMON
#define CAP_PERFMON 38
#endif
#ifndef CAP_BPF
#define CAP_BPF 39
#endif

static const struct needed {
	int capability;
	bool or_admin; /* CAP_SYS_ADMIN will do */
	const char *name, *why;
} needed[] = {
	{ CAP_BPF, true, "CAP_BPF", "to load programs and maps" },
	{ CAP_NET_ADMIN, false, "CAP_NET_ADMIN", "to attach programs to interfaces" },
	{ CAP_PERFMON, true, "CAP_PERFMON", "for programs that work with pointers into packets" },
};

static bool is_set(const struct __user_cap_data_struct *data, int capability)
{
	return data[CAP_TO_INDEX(capability)].effective & CAP_TO_MASK(capability);
}

int opn_host_capabilities(const struct opn_loader *loader)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };
	int missing = 0;

	if (syscall(SYS_capget, &header, data))
		return opn_fail(loader, -errno, "cannot read the capabilities of this process");
	for (size_t i = 0; i < sizeof(needed) / sizeof(*needed); i++) {
		if (is_set(data, needed[i].capability) ||
		    (needed[i].or_admin && is_set(data, CAP_SYS_ADMIN)))
			continue;
		missing = opn_refuse(loader, "%s is missing: it is needed %s", needed[i].name,
				     needed[i].why);
	}
	if (missing)
		opn_note(loader,
			 "run it as root, or give the binary what is missing with setcap(8)");
	return missing;
}

int opn_host_filesystem(const struct opn_loader *loader)
{
	struct statfs fs;

	if (!statfs(OPN_BPF_ROOT, &fs) && fs.f_type == BPF_FS_MAGIC)
		return 0;
	opn_refuse(loader, "no BPF filesystem at %s", OPN_BPF_ROOT);
	opn_note(loader, "mount it: mount -t bpf bpf %s", OPN_BPF_ROOT);
	opn_note(loader, "instead of 'ip netns exec', which hides it, use --netns=NAME");
	return -ENODEV;
}

/* One lock for all pipelines: two could want the same interface. */
int opn_host_lock(struct opn_loader *loader)
{
	const struct timespec pause = { .tv_nsec = 50 * 1000 * 1000 };
	time_t end = time(NULL) + LOCK_SECONDS;

	loader->lock = open(OPN_BPF_ROOT, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (loader->lock < 0)
		return opn_fail(loader, -errno, "cannot open %s", OPN_BPF_ROOT);
	while (flock(loader->lock, LOCK_EX | LOCK_NB)) {
		if (errno != EWOULDBLOCK)
			return opn_fail(loader, -errno, "cannot lock %s", OPN_BPF_ROOT);
		if (time(NULL) >= end)
			return opn_refuse(loader,
					  "another loader has held the lock of %s for %d seconds",
					  OPN_BPF_ROOT, LOCK_SECONDS);
		nanosleep(&pause, NULL);
	}
	return 0;
}

void opn_host_unlock(struct opn_loader *loader)
{
	if (loader->lock >= 0)
		close(loader->lock);
	loader->lock = -1;
}

static unsigned long long inode_of(const char *path)
{
	struct stat status;

	return stat(path, &status) ? 0 : status.st_ino;
}

/* What makes a network namespace findable: a name, or any process in it. */
static const struct place {
	const char *folder, *rest;
} places[] = {
	{ NAMED_NETNS, "" },
	{ "/proc", "/ns/net" },
};

static bool find_netns(unsigned long long inode, char *path, char *name, size_t size)
{
	bool found = false;

	snprintf(name, size, "%s", "");
	for (size_t p = 0; p < sizeof(places) / sizeof(*places) && !found; p++) {
		char **names = opn_names(places[p].folder);

		for (size_t i = 0; names && names[i] && !found; i++) {
			found = !opn_path(path, "%s/%s%s", places[p].folder, names[i],
					  places[p].rest) &&
				inode_of(path) == inode;
			if (found && !p)
				snprintf(name, size, "%s", names[i]);
		}
		opn_names_free(names);
	}
	return found;
}

static int enter(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int error = 0;

	if (fd < 0)
		return -errno;
	if (setns(fd, CLONE_NEWNET))
		error = -errno;
	close(fd);
	return error;
}

/* net/core/sysctl_net_core.c: what is for the whole machine is listed in the initial one only. */
static bool is_initial(void)
{
	return opn_exists("/proc/sys/net/core/netdev_max_backlog");
}

int opn_host_netns(struct opn_loader *loader)
{
	const char *wanted = loader->options.netns;
	char path[OPN_PATH_SIZE];
	int error = 0;

	if (is_initial())
		loader->netns_initial = inode_of(OWN_NETNS);
	if (wanted)
		error = strchr(wanted, '/') ? opn_path(path, "%s", wanted)
					    : opn_path(path, "%s/%s", NAMED_NETNS, wanted);
	if (wanted && !error)
		error = enter(path);
	if (error)
		return opn_fail(loader, error, "cannot enter the network namespace '%s'", wanted);
	loader->netns = inode_of(OWN_NETNS);
	if (is_initial())
		loader->netns_initial = loader->netns;
	loader->home_inode = loader->netns;
	loader->home = open(OWN_NETNS, O_RDONLY | O_CLOEXEC);
	return loader->home < 0 ? opn_fail(loader, -errno, "cannot open %s", OWN_NETNS) : 0;
}

int opn_host_netns_enter(struct opn_loader *loader, unsigned long long inode, char *name,
			 size_t size)
{
	char path[OPN_PATH_SIZE];
	bool found = find_netns(inode, path, name, size);
	int error;

	if (inode == loader->netns)
		return 0;
	if (inode == loader->home_inode)
		error = setns(loader->home, CLONE_NEWNET) ? -errno : 0;
	else
		error = found ? enter(path) : -ENOENT;
	if (!error)
		loader->netns = inode;
	return error;
}
