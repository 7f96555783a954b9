/* stream: the wanted packets of one capture, one after another, as a process extracts them.
 *
 * Starts the process, believes nothing of what it sends, gives it up when it hangs, and has the
 * packet at the front known by its head alone: its bytes go from the pipe to where they are
 * written. Refuses to sort, and to read what is in a packet. */
#ifndef READ_STREAM_H
#define READ_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "read/extract.h"
#include "read/piece.h"
#include "daemon/process.h"
#include "read/inflow.h"
#include "read/numbers.h"
#include "read/sink.h"

struct stream_ops {
	/* A filter for a link type is wanted: it is written to `to`. */
	void (*answer)(void *of, int to, uint16_t link_type);
	/* Something of the capture could not be read; packets: how many are lost, 0: the rest. */
	void (*trouble)(
	    void *of, const char *path, uint64_t offset, uint32_t packets, const char *why);
	void *of;
	struct pipes_tick tick; /* while it is waited for packets; call NULL: none */
};

struct stream {
	const char *who, *path; /* borrowed */
	const struct stream_ops *ops;
	struct sink *sink;
	struct piece head;       /* after STREAM_PACKET */
	struct piece_state told; /* what is known of the capture is set before */
	int growing;             /* a descriptor of a recording that grows; borrowed; else -1 */
	bool goes_on;   /* a link type that the sink does not take costs its packets only */
	bool continues; /* it is a part of a capture, and another one follows */
	int64_t before; /* time of a packet that has none, nor one before it */

	/* The rest is its own. */
	struct process process;
	struct inflow in;
	struct numbers numbers;
	bool whole; /* it has ended, and was read to its end */
	bool ended;
};

enum stream_status {
	STREAM_PACKET, /* head; then stream_take() */
	STREAM_PAUSE,  /* it waits to be told to go on: stream_go_on() */
	STREAM_END,    /* also when it failed, which was told as trouble */
	STREAM_SINK,   /* the sink: *failed */
	STREAM_NOTHING /* it has sent nothing yet: only where it may be waited for elsewhere */
};

/* file is not needed afterwards. False with errno. */
bool stream_open(struct stream *s, int file, struct extract_task *task);
void stream_close(struct stream *s);

/* s is the part behind one that has ended whole: what is known of that one holds for both. */
void stream_go_behind(struct stream *s, const struct stream *before);

/* The next packet. wait: else STREAM_NOTHING, when nothing has come. */
enum stream_status stream_next(struct stream *s, bool wait, enum sink_status *failed);

/* The packet at the front goes into the sink. */
enum sink_status stream_take(struct stream *s);

void stream_go_on(struct stream *s, bool last);

#endif
