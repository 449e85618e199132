//! What the message files say: each id and its variables, by language.

use std::collections::{BTreeMap, BTreeSet};

use fluent_syntax::ast::{
    CallArguments, Entry, Expression, InlineExpression, Pattern, PatternElement,
};

use super::{Finding, Language, Source};

/// Variables by id, by language.
pub(super) type Catalogue = BTreeMap<Language, BTreeMap<String, BTreeSet<String>>>;

/// Reads all files; what is not Fluent goes to `found`.
pub(super) fn catalogue(sources: &[Source], found: &mut BTreeSet<Finding>) -> Catalogue {
    let mut all = Catalogue::new();
    for source in sources {
        let messages = all.entry(source.language).or_default();
        let resource = match fluent_syntax::parser::parse(source.text) {
            Ok(resource) => resource,
            Err((resource, _)) => {
                found.insert(Finding::Junk {
                    language: source.language.tag(),
                    name: source.name,
                });
                resource
            }
        };
        for entry in resource.body {
            let Entry::Message(message) = entry else {
                continue;
            };
            let mut variables = BTreeSet::new();
            if let Some(pattern) = &message.value {
                of_pattern(pattern, &mut variables);
            }
            messages.insert(message.id.name.to_owned(), variables);
        }
    }
    all
}

fn of_pattern(pattern: &Pattern<&str>, variables: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        if let PatternElement::Placeable { expression } = element {
            of_expression(expression, variables);
        }
    }
}

fn of_expression(expression: &Expression<&str>, variables: &mut BTreeSet<String>) {
    match expression {
        Expression::Inline(inline) => of_inline(inline, variables),
        Expression::Select { selector, variants } => {
            of_inline(selector, variables);
            for variant in variants {
                of_pattern(&variant.value, variables);
            }
        }
    }
}

fn of_inline(inline: &InlineExpression<&str>, variables: &mut BTreeSet<String>) {
    match inline {
        InlineExpression::VariableReference { id } => {
            variables.insert(id.name.to_owned());
        }
        InlineExpression::Placeable { expression } => of_expression(expression, variables),
        InlineExpression::FunctionReference { arguments, .. } => of_call(arguments, variables),
        InlineExpression::TermReference {
            arguments: Some(arguments),
            ..
        } => {
            of_call(arguments, variables);
        }
        _ => {}
    }
}

fn of_call(arguments: &CallArguments<&str>, variables: &mut BTreeSet<String>) {
    for argument in &arguments.positional {
        of_inline(argument, variables);
    }
}
