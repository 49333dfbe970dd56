//! Files in a directory of this machine: `ROOT/ab/abcdef…`, readable by the owner alone.

use std::fs::{self, DirBuilder, File, Permissions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use tempfile::NamedTempFile;

use super::{FileStore, Space, StoredFile, StoredName};
use crate::clock::Timestamp;

const DIRECTORY_MODE: u32 = 0o700;
const FILE_MODE: u32 = 0o600;

/// Holds files that are still being written; never listed, swept when a crash leaves them.
const UNFINISHED: &str = "unfinished";

/// A store in one directory.
#[derive(Clone, Debug)]
pub struct DirectoryStore {
    root: PathBuf,
}

impl DirectoryStore {
    /// Opens the store in `root`, making the directory when it is not there and closing it to others.
    pub fn open(root: impl Into<PathBuf>) -> io::Result<Self> {
        let root = root.into();
        let mut builder = DirBuilder::new();
        builder.recursive(true).mode(DIRECTORY_MODE).create(root.join(UNFINISHED))?;
        fs::set_permissions(&root, Permissions::from_mode(DIRECTORY_MODE))?;
        Ok(Self { root })
    }

    fn path(&self, name: &StoredName) -> PathBuf {
        self.root.join(name.shard()).join(name.as_str())
    }

    fn unfinished(&self) -> PathBuf {
        self.root.join(UNFINISHED)
    }

    fn new_file(&self) -> io::Result<NamedTempFile> {
        tempfile::Builder::new().permissions(Permissions::from_mode(FILE_MODE)).tempfile_in(self.unfinished())
    }

    /// Makes the folder of `name`, kept across a power cut.
    fn make_shard(&self, name: &StoredName) -> io::Result<PathBuf> {
        let shard = self.root.join(name.shard());
        match DirBuilder::new().mode(DIRECTORY_MODE).create(&shard) {
            Ok(()) => sync_directory(&self.root)?,
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
        Ok(shard)
    }
}

impl FileStore for DirectoryStore {
    fn put(&self, name: &StoredName, content: &mut dyn Read) -> io::Result<u64> {
        let shard = self.make_shard(name)?;
        let mut file = self.new_file()?;
        let written = io::copy(content, &mut file)?;
        file.as_file().sync_all()?;
        file.persist_noclobber(self.path(name))?;
        sync_directory(&shard)?;
        Ok(written)
    }

    fn get(&self, name: &StoredName) -> io::Result<Option<Box<dyn Read + Send>>> {
        match absent_as_none(File::open(self.path(name)))? {
            Some(file) => Ok(Some(Box::new(file))),
            None => Ok(None),
        }
    }

    fn delete(&self, name: &StoredName) -> io::Result<bool> {
        if absent_as_none(fs::remove_file(self.path(name)))?.is_none() {
            return Ok(false);
        }
        sync_directory(&self.root.join(name.shard()))?;
        Ok(true)
    }

    fn list(&self) -> io::Result<Vec<StoredFile>> {
        let mut files = Vec::new();
        for shard in fs::read_dir(&self.root)? {
            let shard = shard?;
            if shard.file_name() == UNFINISHED || !shard.file_type()?.is_dir() {
                continue;
            }
            for entry in fs::read_dir(shard.path())? {
                files.extend(describe(&entry?)?);
            }
        }
        Ok(files)
    }

    fn remove_unfinished(&self, before: Timestamp) -> io::Result<usize> {
        let mut removed = 0;
        for entry in fs::read_dir(self.unfinished())? {
            let entry = entry?;
            let Some(metadata) = absent_as_none(entry.metadata())? else { continue };
            if modified(&metadata)? < before && absent_as_none(fs::remove_file(entry.path()))?.is_some() {
                removed += 1;
            }
        }
        Ok(removed)
    }

    fn probe(&self) -> io::Result<Option<Space>> {
        let mut file = self.new_file()?;
        file.write_all(b"probe")?;
        file.as_file().sync_all()?;
        file.close()?;
        let disk = rustix::fs::statvfs(&self.root)?;
        let bytes = |blocks: u64| blocks.saturating_mul(disk.f_frsize);
        Ok(Some(Space { free_bytes: bytes(disk.f_bavail), total_bytes: bytes(disk.f_blocks) }))
    }
}

/// `None` for a foreign file, and for one that went away since it was seen.
fn describe(entry: &fs::DirEntry) -> io::Result<Option<StoredFile>> {
    let Some(name) = entry.file_name().to_str().and_then(StoredName::parse) else {
        return Ok(None);
    };
    let Some(metadata) = absent_as_none(entry.metadata())? else { return Ok(None) };
    Ok(Some(StoredFile { name, modified: modified(&metadata)?, bytes: metadata.len() }))
}

fn modified(metadata: &fs::Metadata) -> io::Result<Timestamp> {
    Ok(Timestamp::new(DateTime::<Utc>::from(metadata.modified()?)))
}

fn absent_as_none<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// A new or removed name survives a power cut only once its directory is written out.
fn sync_directory(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::ids::Random;

    struct Fixture {
        store: DirectoryStore,
        random: Random,
        directory: tempfile::TempDir,
    }

    fn fixture() -> Fixture {
        let directory = tempfile::tempdir().unwrap();
        let store = DirectoryStore::open(directory.path().join("documents")).unwrap();
        Fixture { store, random: Random::seeded(7), directory }
    }

    impl Fixture {
        fn put(&self, content: &[u8]) -> StoredName {
            let name = StoredName::new(&self.random);
            assert_eq!(self.store.put(&name, &mut &*content).unwrap(), content.len() as u64);
            name
        }

        fn read(&self, name: &StoredName) -> Option<Vec<u8>> {
            let mut content = Vec::new();
            self.store.get(name).unwrap()?.read_to_end(&mut content).unwrap();
            Some(content)
        }
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    /// Gives its first bytes, then fails, as a broken upload would.
    struct Interrupted(bool);

    impl Read for Interrupted {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if std::mem::replace(&mut self.0, true) {
                return Err(io::Error::other("the line broke"));
            }
            buffer[..4].copy_from_slice(b"half");
            Ok(4)
        }
    }

    #[test]
    fn a_file_comes_back_until_it_is_deleted() {
        let files = fixture();
        let name = files.put(b"sealed bytes");
        assert_eq!(files.read(&name).unwrap(), b"sealed bytes");
        assert!(files.store.delete(&name).unwrap());
        assert_eq!(files.read(&name), None);
        assert!(!files.store.delete(&name).unwrap());
    }

    #[test]
    fn files_and_folders_are_closed_to_everybody_else() {
        let files = fixture();
        let path = files.store.path(&files.put(b"x"));
        assert_eq!(mode(&path), 0o600);
        assert_eq!(mode(path.parent().unwrap()), 0o700);
        assert_eq!(mode(&files.store.root), 0o700);
        assert_eq!(mode(&files.store.unfinished()), 0o700);
    }

    #[test]
    fn an_open_directory_is_closed_when_the_store_opens() {
        let directory = tempfile::tempdir().unwrap();
        fs::set_permissions(directory.path(), Permissions::from_mode(0o755)).unwrap();
        DirectoryStore::open(directory.path()).unwrap();
        assert_eq!(mode(directory.path()), 0o700);
    }

    #[test]
    fn a_name_in_use_is_not_overwritten() {
        let files = fixture();
        let name = files.put(b"first");
        let error = files.store.put(&name, &mut &b"second"[..]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AlreadyExists);
        assert_eq!(files.read(&name).unwrap(), b"first");
    }

    #[test]
    fn an_interrupted_put_leaves_nothing_behind() {
        let files = fixture();
        let name = StoredName::new(&files.random);
        assert!(files.store.put(&name, &mut Interrupted(false)).is_err());
        assert_eq!(files.read(&name), None);
        assert!(files.store.list().unwrap().is_empty());
        assert_eq!(fs::read_dir(files.store.unfinished()).unwrap().count(), 0);
    }

    #[test]
    fn what_a_crash_leaves_is_removed_once_it_is_old_enough() {
        let files = fixture();
        let left = files.store.unfinished().join(".tmpleft");
        fs::write(&left, b"half a file").unwrap();
        let written = modified(&fs::metadata(&left).unwrap()).unwrap();
        assert_eq!(files.store.remove_unfinished(written).unwrap(), 0);
        assert_eq!(files.store.remove_unfinished(written.plus(TimeDelta::seconds(1))).unwrap(), 1);
        assert!(!left.exists());
    }

    #[test]
    fn the_list_has_every_file_with_its_size_and_time_and_no_foreign_ones() {
        let files = fixture();
        let mut names: Vec<_> = (0..20).map(|_| files.put(b"twelve bytes")).collect();
        fs::write(files.store.root.join("README"), b"").unwrap();
        fs::write(files.store.path(&names[0]).with_file_name("notes.txt"), b"").unwrap();
        fs::write(files.store.unfinished().join(".tmpleft"), b"").unwrap();
        let mut listed = files.store.list().unwrap();
        listed.sort_by(|a, b| a.name.cmp(&b.name));
        names.sort();
        assert_eq!(listed.iter().map(|file| file.name.clone()).collect::<Vec<_>>(), names);
        assert!(listed.iter().all(|file| file.bytes == 12));
        let of_disk = modified(&fs::metadata(files.store.path(&names[0])).unwrap()).unwrap();
        assert_eq!(listed[0].modified, of_disk);
    }

    #[test]
    fn the_probe_tells_the_room_and_fails_when_nothing_can_be_written() {
        let files = fixture();
        let space = files.store.probe().unwrap().unwrap();
        assert!(space.total_bytes > 0 && space.free_bytes <= space.total_bytes, "{space:?}");
        assert_eq!(fs::read_dir(files.store.unfinished()).unwrap().count(), 0);
        fs::remove_dir_all(files.directory.path().join("documents")).unwrap();
        assert!(files.store.probe().is_err());
    }

    #[test]
    fn a_store_reopened_has_the_files_of_before() {
        let files = fixture();
        let name = files.put(b"kept");
        let again = DirectoryStore::open(&files.store.root).unwrap();
        assert_eq!(again.list().unwrap()[0].name, name);
    }
}
