//! The words of tuning: parameters, profiles, bindings, plans and what came of applying them.
//!
//! Plain data. What is done with it stands in `profile` (reading, checking, planning) and `apply` (files, services).

mod apply;
mod binding;
mod catalogue;
mod document;
mod edit;
mod plan;
mod problem;
mod state;
mod value;

pub use apply::{AppliedFile, ApplyId, ApplyPhase, ApplyRecord, ApplyStep, KEEP_BACKUPS, StepKind, StepState};
pub use binding::{Binding, BindingId, BoundKey, Conversion, FileFormat, Reload, VerifyAction};
pub use catalogue::{Catalogue, ChoiceOption, ParamDef, ParamGroup, ParamKind};
pub use document::{Entry, LOCAL_LAYER, Profile, ProfileName};
pub use edit::{ApplyCommand, BindingCommand, ProfileCommand, ProfileEdit};
pub use plan::{DiffLine, DiffSign, FilePlan, KeyChange, Plan, PlanId};
pub use problem::{Fix, Place, Problem, ProblemKind};
pub use state::{BindingState, BoundValue, Detection, ImportProposal, ProposedKey, Secret, SeenIn, Tuning};
pub use value::{ClassRow, ClassTable, ParamKey, ParamValue};
