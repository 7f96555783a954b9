# builtins: what bash does itself where its loadable builtins are (Debian: bash-builtins), instead of starting a program.
# bats alone starts mkdir and rm four times for each test. test/run names this file in BASH_ENV, so that each bash reads
# it first. Only what these do as the programs of that name do, with the options that the tests use: head, say, is none.
for builtin in mkdir rm rmdir mkfifo basename dirname finfo; do
	enable -f "$builtin" "$builtin" 2>/dev/null || break
done
unset -v builtin
