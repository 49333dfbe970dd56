//! Choosing a password in a real browser: the rules are ticked off while it is typed, and read without scripts.

use frontdesk::access::Role;
use frontdesk::paths;

use super::driver::{Scripts, Tab};
use crate::harness::{TestApp, both_engines};

both_engines!(
    the_rules_are_ticked_off_while_a_password_is_typed,
    without_scripts_the_rules_are_read_and_told_after_sending,
);

async fn on_the_page(app: &TestApp, scripts: Scripts) -> Tab {
    let person = app.add_person(Role::Member, &app.organization().await).await;
    let tab = Tab::with(app, scripts).await;
    tab.visit(paths::PASSWORD).await;
    tab.sign_in(&person).await;
    tab.arrive(paths::PASSWORD).await;
    tab.fill("Present password", person.password).await;
    tab
}

async fn the_rules_are_ticked_off_while_a_password_is_typed(app: TestApp) {
    let tab = on_the_page(&app, Scripts::On).await;
    let field = tab.find("#new").await;
    field.send_keys("Passw0rd!").await.unwrap();
    tab.find("#new-rules [data-rule=upper].kept").await;
    tab.see_in("#new-rules [data-rule=hard-to-guess]", "This is very like a common password.").await;
    let said = tab.find("#new-rules-said").await;
    tab.until("what still needs to be done is said", async || {
        said.text().await.is_ok_and(|text| text.contains("hard to guess"))
            || said
                .prop("textContent")
                .await
                .is_ok_and(|text| text.is_some_and(|text| text.contains("hard to guess")))
    })
    .await;
    tab.assert_accessible().await;
    field.send_keys("-Cumulonimbus").await.unwrap();
    tab.find("#new-rules [data-rule=hard-to-guess].kept").await;
    let focused = tab.client.active_element().await.unwrap().attr("id").await.unwrap();
    assert_eq!(focused.as_deref(), Some("new"), "the field keeps the focus");
    tab.press("Save the password").await;
    tab.see("Your password was changed").await;
}

async fn without_scripts_the_rules_are_read_and_told_after_sending(app: TestApp) {
    let tab = on_the_page(&app, Scripts::Off).await;
    tab.see_in("#new-rules", "at least 8 characters").await;
    tab.fill("New password", "Passw0rd!").await;
    tab.press("Save the password").await;
    tab.see("This is very like a common password.").await;
    tab.fill("Present password", "Difference-Engine-1822").await;
    tab.fill("New password", "Passw0rd!-Cumulonimbus").await;
    tab.press("Save the password").await;
    tab.see("Your password was changed").await;
}
