/* childexit: how a child process ended, as its exit status: the vocabulary between child and
 * master. The child has logged the reason itself; the master logs only ends that no child could (a
 * signal, CHILD_INTERNAL). */
#ifndef SERVER_CHILDEXIT_H
#define SERVER_CHILDEXIT_H

enum child_exit {
	CHILD_FINISHED =
	    0, /* the peer closed the connection between frames, or was idle too long */
	CHILD_PROTOCOL = 10,   /* the stream was refused, or ended inside a frame */
	CHILD_TLS = 11,        /* the handshake or a TLS record failed */
	CHILD_DENIED = 12,     /* the peer is not the client that it must be */
	CHILD_TIMEOUT = 13,    /* a deadline passed */
	CHILD_STORAGE = 14,    /* the capture file could not be written */
	CHILD_STOPPED = 15,    /* told to finish */
	CHILD_CONNECTION = 16, /* the connection broke */
	CHILD_INTERNAL = 17    /* the child could not be set up */
};

#endif
