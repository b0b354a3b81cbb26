//! The logical structure of the document, for screen readers and for text extraction.

use krilla::surface::Surface;
use krilla::tagging::{
    Artifact, ArtifactType, ContentTag, SpanTag, TableHeaderScope, Tag, TagGroup, TagTree,
};

use crate::drawing::Role;
use crate::render::level;

/// Tags, and the table that is being filled.
#[derive(Default)]
pub(crate) struct Structure {
    tree: TagTree,
    table: Option<Table>,
}

struct Table {
    number: usize,
    group: TagGroup,
    row: usize,
    cells: TagGroup,
}

impl Structure {
    /// Marks what is drawn next with its role.
    pub fn begin(&mut self, surface: &mut Surface<'_>, role: &Role) {
        let tag = match role {
            Role::Artifact => {
                let artifact = Artifact::with_kind(ArtifactType::Other);
                surface.start_tagged(ContentTag::Artifact(artifact));
                return;
            }
            Role::Figure(_) => ContentTag::Other,
            Role::Heading(..) | Role::Paragraph | Role::Rows | Role::Cell { .. } => {
                ContentTag::Span(SpanTag::empty())
            }
        };
        let content = surface.start_tagged(tag);
        let mut group = match role {
            Role::Heading(n, title) => TagGroup::new(Tag::Hn(level(*n), Some(title.clone()))),
            Role::Figure(words) => TagGroup::new(Tag::Figure(Some(words.clone()))),
            Role::Cell { head: true, .. } => TagGroup::new(Tag::TH(TableHeaderScope::Column)),
            Role::Cell { head: false, .. } => TagGroup::new(Tag::TD),
            Role::Paragraph | Role::Rows | Role::Artifact => TagGroup::new(Tag::P),
        };
        group.push(content);
        match role {
            Role::Cell { table, row, .. } => self.push_cell(*table, *row, group),
            Role::Artifact | Role::Heading(..) | Role::Paragraph | Role::Rows | Role::Figure(_) => {
                self.end_table();
                self.tree.push(group);
            }
        }
    }

    fn push_cell(&mut self, number: usize, row: usize, cell: TagGroup) {
        if self.table.as_ref().is_some_and(|table| table.number != number) {
            self.end_table();
        }
        let table = self.table.get_or_insert_with(|| Table {
            number,
            group: TagGroup::new(Tag::Table),
            row,
            cells: TagGroup::new(Tag::TR),
        });
        if table.row != row {
            let complete = std::mem::replace(&mut table.cells, TagGroup::new(Tag::TR));
            table.group.push(complete);
            table.row = row;
        }
        table.cells.push(cell);
    }

    fn end_table(&mut self) {
        if let Some(mut table) = self.table.take() {
            table.group.push(table.cells);
            self.tree.push(table.group);
        }
    }

    /// The tree of all tags.
    pub fn finish(mut self) -> TagTree {
        self.end_table();
        self.tree.with_lang(Some("en".to_string()))
    }
}
