//! Every engine through the same rules.

mod conformance;

use conformance::{all, conforms, put};
use sim::disk::SimDisk;
use std::sync::Arc;
use std::time::Duration;
use store::engine::{
    Checked, Engine, FolderSite, Guarded, InThread, OnDiskSite, Redb, Site, Sled, migrate,
};
use store::{Change, Store, StoreError, Table};

fn probe() -> InThread {
    InThread { limit: Duration::from_secs(20) }
}

/// A new folder each time; it goes away with the opener.
fn in_folders(
    open: fn(&std::path::Path) -> Box<dyn Store>,
) -> impl Fn() -> Box<dyn Fn() -> Box<dyn Store>> {
    move || {
        let folder = tempfile::tempdir().unwrap();
        Box::new(move || open(folder.path()))
    }
}

#[test]
fn sled_conforms() {
    conforms(&in_folders(|folder| Box::new(Sled::open(&folder.join("db")).unwrap())));
}

#[test]
fn redb_on_a_file_conforms() {
    conforms(&in_folders(|folder| Box::new(Redb::on_file(&folder.join("db")).unwrap())));
}

#[test]
fn redb_on_a_disk_conforms() {
    conforms(&|| {
        let disk = SimDisk::new();
        Box::new(move || Box::new(Redb::on_disk(&disk, "db").unwrap()))
    });
}

#[test]
fn checked_engines_conform() {
    conforms(&in_folders(|folder| {
        Box::new(Checked::open(Box::new(Sled::open(&folder.join("db")).unwrap())).unwrap())
    }));
    conforms(&in_folders(|folder| {
        Box::new(Checked::open(Box::new(Redb::on_file(&folder.join("db")).unwrap())).unwrap())
    }));
}

#[test]
fn guarded_engines_conform() {
    for engine in Engine::ALL {
        conforms(&|| {
            let (folder, disk) = (tempfile::tempdir().unwrap(), SimDisk::new());
            Box::new(move || {
                let site = Arc::new(FolderSite::new(folder.path(), engine));
                let opened = Guarded::open(Arc::new(disk.clone()), site, &probe()).unwrap();
                assert_eq!(opened.findings, [""; 0]);
                Box::new(opened.store)
            })
        });
    }
}

#[test]
fn a_second_opener_is_told_that_it_is_in_use() {
    let folder = tempfile::tempdir().unwrap();
    for engine in Engine::ALL {
        let site = FolderSite::new(folder.path(), engine);
        let first = site.open().unwrap();
        let second = site.open().err();
        assert!(matches!(second, Some(StoreError::InUse(_))), "{engine:?}: {second:?}");
        drop(first);
        site.open().unwrap();
    }
}

#[test]
fn a_history_moves_from_one_engine_to_the_other_and_back() {
    let folder = tempfile::tempdir().unwrap();
    let open = |name: &str, engine: Engine| -> Box<dyn Store> {
        let site = FolderSite::new(&folder.path().join(name), engine);
        std::fs::create_dir_all(folder.path().join(name)).unwrap();
        Box::new(Checked::open(site.open().unwrap()).unwrap())
    };
    let mut first = open("first", Engine::Sled);
    for number in 0..300_u32 {
        let value = vec![number as u8; 20 * number as usize];
        let table = Table::ALL[number as usize % 5];
        first.commit(&vec![put(table, &number.to_be_bytes(), &value)]).unwrap();
    }
    let mut second = open("second", Engine::Redb);
    assert_eq!(migrate(&*first, &mut *second).unwrap(), 300);
    let mut third = open("third", Engine::Sled);
    assert_eq!(migrate(&*second, &mut *third).unwrap(), 300);
    for table in Table::ALL {
        assert_eq!(all(&*first, table).unwrap(), all(&*third, table).unwrap());
    }
    let refused = migrate(&*first, &mut *third).unwrap_err();
    assert!(matches!(refused, StoreError::Asked(_)), "{refused}");
}

#[test]
fn a_history_is_not_opened_by_another_engine() {
    let (folder, disk) = (tempfile::tempdir().unwrap(), SimDisk::new());
    let open = |engine| {
        let site = Arc::new(FolderSite::new(folder.path(), engine));
        Guarded::open(Arc::new(disk.clone()), site, &probe())
    };
    let mut sled = open(Engine::Sled).unwrap().store;
    sled.commit(&vec![put(Table::Meta, b"a", b"1")]).unwrap();
    sled.close().unwrap();
    let refused = open(Engine::Redb).err().unwrap();
    assert!(refused.to_string().contains("ems store migrate"), "{refused}");
    assert_eq!(Guarded::engine_of(&disk).unwrap(), Some(Engine::Sled));
}

#[test]
fn the_stores_own_key_is_nobodys() {
    let disk = SimDisk::new();
    let site = OnDiskSite::new(Arc::new(disk));
    let mut store = Checked::open(site.open().unwrap()).unwrap();
    store.commit(&vec![put(Table::Meta, b"a", b"1")]).unwrap();
    assert_eq!(all(&store, Table::Meta).unwrap().len(), 1);
    assert_eq!(store.get(Table::Meta, b"\0contents").unwrap(), None);
    for change in
        [put(Table::Meta, b"\0contents", b""), Change::Delete(Table::Meta, b"\0contents".to_vec())]
    {
        assert!(matches!(store.commit(&vec![change]), Err(StoreError::Asked(_))));
    }
}
