//! Tasks as the centre answers them: what is accepted is within the limits, and is read back the same
//! from the form in which a station keeps it.
#![cfg_attr(fuzzing, no_main)]

use enrolment_station::outbox::Task;
use prost::Message;
use wire::intake::TasksResponse;

fuzz::target!(|data| {
    let Ok(answer) = TasksResponse::decode(data) else {
        return;
    };
    for task in answer.tasks {
        if let Ok(task) = Task::try_from(task) {
            assert!(task.recapture.len() <= 8);
            let kept = task.encode().expect("what was accepted can be kept");
            assert_eq!(Task::decode(&kept), Some(task));
        }
    }
});
