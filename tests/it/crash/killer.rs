//! `kill -9` at a chosen step. All threads of the program are traced, its durable system calls are counted
//! whichever thread makes them, and the one that is wanted never happens.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread::JoinHandle;

use nix::errno::Errno;
use nix::libc;
use nix::sys::ptrace::{self, Options};
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

/// What writes to the file or socket named by its first argument.
const TO_A_FILE: &[i64] = &[
    libc::SYS_write,
    libc::SYS_writev,
    libc::SYS_pwrite64,
    libc::SYS_pwritev,
    libc::SYS_sendto,
    libc::SYS_sendmsg,
    libc::SYS_ftruncate,
    libc::SYS_fsync,
    libc::SYS_fdatasync,
];
/// What makes, moves or removes a name.
const TO_A_NAME: &[i64] = &[libc::SYS_mkdirat, libc::SYS_linkat, libc::SYS_renameat2, libc::SYS_unlinkat];
/// The same as older programs of this processor ask for it.
#[cfg(target_arch = "x86_64")]
const TO_A_NAME_OLD: &[i64] =
    &[libc::SYS_mkdir, libc::SYS_link, libc::SYS_rename, libc::SYS_renameat, libc::SYS_unlink];
#[cfg(not(target_arch = "x86_64"))]
const TO_A_NAME_OLD: &[i64] = &[libc::SYS_renameat];

/// A program that is watched until it dies.
#[derive(Debug)]
pub struct Killer {
    pid: Pid,
    watch: JoinHandle<usize>,
}

impl Killer {
    /// Watches a running program of ours: it dies right before its `step`-th durable step from now, or when
    /// [`Killer::kill`] is called. A step is a write into `data` or to a socket, or a change of names.
    pub fn attach(pid: u32, step: usize, data: &Path) -> Self {
        let pid = Pid::from_raw(i32::try_from(pid).unwrap());
        let watch = Watch { pid, step, data: data.canonicalize().unwrap() };
        let (attached, ready) = mpsc::channel();
        let watch = std::thread::spawn(move || {
            watch.seize();
            attached.send(()).unwrap();
            watch.follow()
        });
        ready.recv().expect("the program could not be traced");
        Self { pid, watch }
    }

    /// Is it dead?
    pub fn is_done(&self) -> bool {
        self.watch.is_finished()
    }

    /// Kills it now.
    pub fn kill(&self) {
        end(self.pid);
    }

    /// Waits until it is dead; answers how many steps it came to, the one that never happened included.
    pub fn wait(self) -> usize {
        self.watch.join().unwrap()
    }
}

/// Kills a program that may have ended just now.
fn end(pid: Pid) {
    match kill(pid, Signal::SIGKILL) {
        Ok(()) | Err(Errno::ESRCH) => {}
        Err(error) => panic!("the program could not be killed: {error}"),
    }
}

struct Watch {
    pid: Pid,
    step: usize,
    data: PathBuf,
}

impl Watch {
    /// Begins to trace every thread. Those that start later are traced from their beginning.
    fn seize(&self) {
        let options = Options::PTRACE_O_TRACESYSGOOD | Options::PTRACE_O_TRACECLONE;
        let mut known = Vec::new();
        loop {
            let new: Vec<Pid> = self.threads().into_iter().filter(|thread| !known.contains(thread)).collect();
            if new.is_empty() {
                return;
            }
            for thread in new {
                // One that has ended since, or that is traced already as the child of a traced one.
                if ptrace::seize(thread, options).is_ok() {
                    match ptrace::interrupt(thread) {
                        // It ended in between.
                        Ok(()) | Err(Errno::ESRCH) => {}
                        Err(error) => panic!("a thread could not be stopped: {error}"),
                    }
                }
                known.push(thread);
            }
        }
    }

    fn threads(&self) -> Vec<Pid> {
        let entries = fs::read_dir(format!("/proc/{}/task", self.pid)).unwrap();
        entries
            .map(|entry| Pid::from_raw(entry.unwrap().file_name().to_str().unwrap().parse().unwrap()))
            .collect()
    }

    /// Lets it run from one system call to the next, until it is dead.
    fn follow(&self) -> usize {
        let mut steps = 0;
        loop {
            let (thread, signal) = match waitpid(Pid::from_raw(-1), Some(WaitPidFlag::__WALL)) {
                Ok(WaitStatus::PtraceSyscall(thread)) => {
                    if self.is_step(thread) {
                        steps += 1;
                        if steps == self.step {
                            end(self.pid);
                            continue;
                        }
                    }
                    (thread, None)
                }
                Ok(WaitStatus::PtraceEvent(thread, ..)) => (thread, None),
                Ok(WaitStatus::Stopped(thread, signal)) => (thread, Some(signal)),
                Ok(WaitStatus::Exited(pid, _) | WaitStatus::Signaled(pid, ..)) if pid == self.pid => {
                    return steps;
                }
                Ok(_) => continue,
                Err(error) => panic!("the program could not be followed: {error}"),
            };
            match ptrace::syscall(thread, signal) {
                // Dying already.
                Ok(()) | Err(Errno::ESRCH) => {}
                Err(error) => panic!("a thread could not go on: {error}"),
            }
        }
    }

    /// Is this thread about to make a durable step?
    fn is_step(&self, thread: Pid) -> bool {
        let entering =
            ptrace::syscall_info(thread).is_ok_and(|info| info.op == libc::PTRACE_SYSCALL_INFO_ENTRY);
        let Some((number, argument)) = entering.then(|| self.call(thread)).flatten() else { return false };
        TO_A_NAME.contains(&number)
            || TO_A_NAME_OLD.contains(&number)
            || (TO_A_FILE.contains(&number) && self.is_durable(argument))
    }

    /// The number of the system call and its first argument.
    fn call(&self, thread: Pid) -> Option<(i64, i64)> {
        let line = fs::read_to_string(format!("/proc/{}/task/{thread}/syscall", self.pid)).ok()?;
        let mut words = line.split_whitespace();
        let number = words.next()?.parse().ok()?;
        let argument = i64::from_str_radix(words.next()?.strip_prefix("0x")?, 16).ok()?;
        Some((number, argument))
    }

    /// Does this open file outlive the program: one below the data, or a conversation with another one?
    fn is_durable(&self, file: i64) -> bool {
        fs::read_link(format!("/proc/{}/fd/{file}", self.pid)).is_ok_and(|target| {
            target.starts_with(&self.data) || target.to_string_lossy().starts_with("socket:")
        })
    }
}
