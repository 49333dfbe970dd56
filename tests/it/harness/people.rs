//! Made-up people with accounts, and browsers in which they are signed in.

use std::sync::atomic::Ordering;

use frontdesk::access::{OrganizationId, Role, UserId};
use frontdesk::accounts::{NewUser, Status, store};
use frontdesk::mail::{DisplayName, EmailAddress};
use frontdesk::{organizations, paths};

use super::{Browser, TestApp};

/// The password of everybody.
const PASSWORD: &str = "Difference-Engine-1822";

/// Somebody with an account.
#[derive(Clone, Debug)]
pub struct Person {
    pub id: UserId,
    pub organization: OrganizationId,
    pub name: String,
    pub email: String,
    pub password: &'static str,
}

impl TestApp {
    /// The organization that a first start makes.
    pub async fn organization(&self) -> OrganizationId {
        self.read(|c| organizations::by_slug(c, organizations::DEFAULT)).await.unwrap().id
    }

    /// A further organization, with nobody in it.
    pub async fn add_organization(&self, slug: &'static str) -> OrganizationId {
        let (random, now) = (self.random.clone(), self.clock.now());
        self.db
            .write(move |c| {
                let id = organizations::insert(c, &random, slug, slug, now)?;
                organizations::relax_staff_mfa(c, &id).map(|()| id)
            })
            .await
            .unwrap()
    }

    /// Somebody who may sign in.
    pub async fn add_person(&self, role: Role, organization: &OrganizationId) -> Person {
        let number = self.people.fetch_add(1, Ordering::Relaxed) + 1;
        let now = self.clock.now();
        let person = Person {
            id: UserId::new(&self.random, now),
            organization: organization.clone(),
            name: format!("{} {number}", role.label()),
            email: format!("{role}{number}@demo.test"),
            password: PASSWORD,
        };
        let user = NewUser {
            id: person.id.clone(),
            organization: person.organization.clone(),
            email: EmailAddress::parse(&person.email).unwrap(),
            name: DisplayName::parse(&person.name).unwrap(),
            phone: None,
            role,
            status: Status::Active,
            password_hash: Some(self.hasher.hash_here(&PASSWORD.into()).unwrap()),
            email_verified_at: Some(now),
        };
        self.db.write(move |c| store::insert(c, &user, now)).await.unwrap();
        person
    }

    /// A browser in which `person` has signed in, through the form.
    pub async fn browser_of(&self, person: &Person) -> Browser {
        let mut browser = self.anonymous();
        browser.get(paths::LOGIN).await;
        let page =
            browser.submit("#login-form", &[("email", &person.email), ("password", person.password)]).await;
        assert!(!page.path.starts_with(paths::LOGIN), "{} could not sign in: {page:?}", person.email);
        browser
    }

    /// Somebody new with this role, signed in.
    pub async fn signed_in(&self, role: Role) -> Browser {
        let organization = self.organization().await;
        let person = self.add_person(role, &organization).await;
        self.browser_of(&person).await
    }

    pub async fn admin(&self) -> Browser {
        self.signed_in(Role::Admin).await
    }

    pub async fn reviewer(&self) -> Browser {
        self.signed_in(Role::Reviewer).await
    }
}
