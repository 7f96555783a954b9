/* acceptclose: the least that taking a connection can cost: accepts and closes, until killed. */
#include "bench.h"

int main(void)
{
	int listener = listen_somewhere(), fd;

	while ((fd = accept(listener, NULL, NULL)) >= 0)
		close(fd);
	return 1;
}
