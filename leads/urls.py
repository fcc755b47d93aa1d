"""Addresses of the leads floor."""

from django.urls import include, path
from rest_framework.routers import DefaultRouter

from leads.api.jobs import LeadJobViewSet
from leads.api.leads import LeadViewSet
from leads.api.saved_views import SavedViewSet
from leads.views import (
    bar,
    bulk,
    inline,
    lead_changes,
    lead_doubles,
    lead_list,
    lead_notes,
    lead_page,
    peek,
    scoring,
    view_changes,
)

app_name = "leads"

router = DefaultRouter(use_regex_path=False)
router.include_root_view = False
router.include_format_suffixes = False
router.register("leads", LeadViewSet, basename="lead")
router.register("lead-jobs", LeadJobViewSet, basename="lead-job")
router.register("saved-views", SavedViewSet, basename="saved-view")

urlpatterns = [
    path("settings/scoring/", scoring.scoring, name="scoring"),
    path("settings/scoring/preview/", scoring.preview, name="scoring_preview"),
    path("settings/scoring/publish/", scoring.publish, name="publish_scoring"),
    path("settings/scoring/drop/", scoring.drop_draft, name="drop_scoring_draft"),
    path("settings/scoring/versions/<uuid:version_id>/return/", scoring.return_to, name="return_to_scoring"),
    path("leads/", lead_list.lead_list, name="list"),
    path("leads/menu/", bar.menu, name="menu"),
    path("leads/views/", view_changes.save_view, name="save_view"),
    path("leads/views/default/", view_changes.begin_with_view, name="begin_with_view"),
    path("leads/views/<uuid:view_id>/", view_changes.change_view, name="change_view"),
    path("leads/views/<uuid:view_id>/remove/", view_changes.remove_view, name="remove_view"),
    path("leads/views/<uuid:view_id>/put-back/", view_changes.put_view_back, name="put_view_back"),
    path("leads/bulk/", bulk.start, name="bulk"),
    path("leads/bulk/menu/", bulk.menu, name="bulk_menu"),
    path("leads/jobs/<uuid:job_id>/", bulk.job, name="job"),
    path("leads/jobs/<uuid:job_id>/undo/", bulk.undo, name="undo_job"),
    path("leads/<uuid:lead_id>/peek/", peek.peek, name="peek"),
    path("leads/<uuid:lead_id>/edit/", inline.edit, name="edit"),
    path("leads/<uuid:lead_id>/editor/<slug:field>/", inline.editor, name="editor"),
    path("leads/panel/<uuid:conversation_id>/", lead_page.lead_panel, name="panel"),
    path("leads/<uuid:lead_id>/", lead_page.lead_detail, name="detail"),
    path("leads/<uuid:lead_id>/row/", lead_list.lead_row, name="row"),
    path("leads/<uuid:lead_id>/take/", lead_changes.take, name="take"),
    path("leads/<uuid:lead_id>/assign/", lead_changes.assign, name="assign"),
    path("leads/<uuid:lead_id>/qualify/", lead_changes.qualify, name="qualify"),
    path("leads/<uuid:lead_id>/disqualify/", lead_changes.disqualify, name="disqualify"),
    path("leads/<uuid:lead_id>/reopen/", lead_changes.reopen, name="reopen"),
    path("leads/<uuid:lead_id>/duplicates/", lead_doubles.duplicates, name="duplicates"),
    path("leads/<uuid:lead_id>/merge/<uuid:other_id>/", lead_doubles.merge, name="merge"),
    path("leads/<uuid:lead_id>/merges/<uuid:merge_id>/part/", lead_doubles.part, name="part"),
    path("leads/<uuid:lead_id>/apart/<uuid:other_id>/", lead_doubles.tell_apart, name="tell_apart"),
    path("leads/<uuid:lead_id>/apart/<uuid:other_id>/undo/", lead_doubles.not_apart, name="not_apart"),
    path("leads/<uuid:lead_id>/place/", lead_page.lead_place, name="place"),
    path("leads/<uuid:lead_id>/note/", lead_notes.note, name="note"),
    path("leads/<uuid:lead_id>/notes/<uuid:note_id>/", lead_notes.change, name="change_note"),
    path("leads/<uuid:lead_id>/notes/<uuid:note_id>/delete/", lead_notes.delete, name="delete_note"),
    path("leads/<uuid:lead_id>/notes/<uuid:note_id>/restore/", lead_notes.restore, name="restore_note"),
    path("leads/<uuid:lead_id>/next-step/done/", lead_changes.next_step_done, name="next_step_done"),
    path("leads/<uuid:lead_id>/next-step/", lead_changes.next_step, name="next_step"),
    path("leads/<uuid:lead_id>/tags/", lead_changes.tags, name="tags"),
    path("leads/<uuid:lead_id>/custom/<slug:key>/", lead_changes.custom, name="custom"),
    path(
        "leads/<uuid:lead_id>/contact-custom/<slug:key>/", lead_changes.contact_custom, name="contact_custom"
    ),
    path("leads/<uuid:lead_id>/restore/<int:change_id>/", lead_changes.restore, name="restore"),
    path("leads/<uuid:lead_id>/contact-tags/", lead_changes.contact_tags, name="contact_tags"),
    path("leads/<uuid:lead_id>/slots/<slug:key>/confirm/", lead_changes.confirm_slot, name="confirm_slot"),
    path("leads/<uuid:lead_id>/slots/<slug:key>/correct/", lead_changes.correct_slot, name="correct_slot"),
    path("leads/<uuid:lead_id>/slots/<slug:key>/clear/", lead_changes.clear_slot, name="clear_slot"),
    path("leads/<uuid:lead_id>/slots/<slug:key>/restore/", lead_changes.restore_slot, name="restore_slot"),
    path("api/v1/", include((router.urls, "api"))),
]
