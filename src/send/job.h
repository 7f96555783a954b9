/* send_job: what the files share that take a capture from its input to the connection. */
#ifndef SEND_JOB_H
#define SEND_JOB_H

#include <stdbool.h>
#include <stdint.h>

#include "send/fit.h"
#include "send/live.h"
#include "send/net.h"
#include "send/options.h"
#include "send/pace.h"
#include "base/progress.h"
#include "send/source.h"
#include "send/tls.h"

struct send_job {
	const struct send_options *o;
	struct send_source source; /* without an interface */
	struct send_live live;     /* with one */
	struct send_cut cut;
	struct send_tls *tls; /* NULL: plain */
	struct send_net net;
	struct progress progress;
	struct send_pace pace;
	uint64_t packets;
	uint64_t passes, pass_packets;
	int64_t begun;
	bool
	    left_out; /* something of the input was not sent, or is not stored, and this was said */
	char error[768];
};

static inline const char *send_job_input(const struct send_job *j)
{
	return j->o->interface ? j->o->interface : j->source.name;
}

#endif
