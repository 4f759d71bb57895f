<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en">
<context>
    <name>Band</name>
    <message numerus="yes">
        <source>Apply to %n</source>
        <translation>
            <numerusform>Apply to %n</numerusform>
            <numerusform>Apply to %n</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>CheckImages</name>
    <message numerus="yes">
        <source>The model found {found} of {regions}, and proposed %n region(s) where you marked nothing.</source>
        <translation>
            <numerusform>The model found {found} of {regions}, and proposed %n region where you marked nothing.</numerusform>
            <numerusform>The model found {found} of {regions}, and proposed %n regions where you marked nothing.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Kept for comparing versions: defect-free. The model had proposed %n region(s) here.</source>
        <translation>
            <numerusform>Kept for comparing versions: defect-free. The model had proposed %n region here.</numerusform>
            <numerusform>Kept for comparing versions: defect-free. The model had proposed %n regions here.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ClassesPanel</name>
    <message numerus="yes">
        <source>%n shot(s)</source>
        <translation>
            <numerusform>%n shot</numerusform>
            <numerusform>%n shots</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n proposal(s)</source>
        <translation>
            <numerusform>%n proposal</numerusform>
            <numerusform>%n proposals</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Deciding</name>
    <message numerus="yes">
        <source>Accept %n proposal(s)</source>
        <translation>
            <numerusform>Accept %n proposal</numerusform>
            <numerusform>Accept %n proposals</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Reject %n proposal(s)</source>
        <translation>
            <numerusform>Reject %n proposal</numerusform>
            <numerusform>Reject %n proposals</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Check images are decided one by one: %n was left out.</source>
        <translation>
            <numerusform>Check images are decided one by one: %n was left out.</numerusform>
            <numerusform>Check images are decided one by one: %n were left out.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n check image(s) were left out.</source>
        <translation>
            <numerusform>%n check image was left out.</numerusform>
            <numerusform>%n check images were left out.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Call %n image(s) defect-free</source>
        <translation>
            <numerusform>Call %n image defect-free</numerusform>
            <numerusform>Call %n images defect-free</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Ask for work on %n image(s)</source>
        <translation>
            <numerusform>Ask for work on %n image</numerusform>
            <numerusform>Ask for work on %n images</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n image(s) need work now: the gallery lists them under that.</source>
        <translation>
            <numerusform>%n image needs work now: the gallery lists it under that.</numerusform>
            <numerusform>%n images need work now: the gallery lists them under that.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Filling</name>
    <message numerus="yes">
        <source>%n file(s) could not be read.</source>
        <translation>
            <numerusform>%n file could not be read.</numerusform>
            <numerusform>%n files could not be read.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n image(s) added.</source>
        <translation>
            <numerusform>%n image added.</numerusform>
            <numerusform>%n images added.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Add %n image(s)</source>
        <translation>
            <numerusform>Add %n image</numerusform>
            <numerusform>Add %n images</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>GalleryPanel</name>
    <message numerus="yes">
        <source>%n image(s)</source>
        <translation>
            <numerusform>%n image</numerusform>
            <numerusform>%n images</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>GalleryView</name>
    <message numerus="yes">
        <source>%n proposal(s) to review</source>
        <translation>
            <numerusform>%n proposal to review</numerusform>
            <numerusform>%n proposals to review</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n region(s) marked</source>
        <translation>
            <numerusform>%n region marked</numerusform>
            <numerusform>%n regions marked</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ImproveOffer</name>
    <message numerus="yes">
        <source>Improve with %n new label(s), about {minutes} min</source>
        <translation>
            <numerusform>Improve with %n new label, about {minutes} min</numerusform>
            <numerusform>Improve with %n new labels, about {minutes} min</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Train once more on %n label(s), about {minutes} min</source>
        <translation>
            <numerusform>Train once more on %n label, about {minutes} min</numerusform>
            <numerusform>Train once more on %n labels, about {minutes} min</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Improving</name>
    <message numerus="yes">
        <source>Version {version} makes the proposals now; %n of them wait(s) for a decision.</source>
        <translation>
            <numerusform>Version {version} makes the proposals now; %n of them waits for a decision.</numerusform>
            <numerusform>Version {version} makes the proposals now; %n of them wait for a decision.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n pending proposal(s) of version {old} will be withdrawn.</source>
        <translation>
            <numerusform>%n pending proposal of version {old} will be withdrawn.</numerusform>
            <numerusform>%n pending proposals of version {old} will be withdrawn.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Version {new} has {count} for the present shots: press F for the rest, %n image(s).</source>
        <translation>
            <numerusform>Version {new} has {count} for the present shots: press F for the rest, %n image.</numerusform>
            <numerusform>Version {new} has {count} for the present shots: press F for the rest, %n images.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Pre-label %n image(s)</source>
        <translation>
            <numerusform>Pre-label %n image</numerusform>
            <numerusform>Pre-label %n images</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Show the %n that changed</source>
        <translation>
            <numerusform>Show the %n that changed</numerusform>
            <numerusform>Show the %n that changed</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>LabelPage</name>
    <message numerus="yes">
        <source>Pre-label %n image(s)     F</source>
        <translation>
            <numerusform>Pre-label %n image     F</numerusform>
            <numerusform>Pre-label %n images     F</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n region(s) are marked on this image.</source>
        <translation>
            <numerusform>%n region is marked on this image.</numerusform>
            <numerusform>%n regions are marked on this image.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n region(s) accepted; the image is complete for {names}.</source>
        <translation>
            <numerusform>%n region accepted; the image is complete for {names}.</numerusform>
            <numerusform>%n regions accepted; the image is complete for {names}.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Lines</name>
    <message numerus="yes">
        <source>Accept (A) or reject (R) the %n framed regions</source>
        <translation>
            <numerusform>Accept (A) or reject (R) the framed region</numerusform>
            <numerusform>Accept (A) or reject (R) the %n framed regions</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>This is decided: N goes to the next of %n that wait(s)</source>
        <translation>
            <numerusform>This is decided: N goes to the one that waits</numerusform>
            <numerusform>This is decided: N goes to the next of %n that wait</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Accept (A) or reject (R) the framed region: %n left</source>
        <translation>
            <numerusform>Accept (A) or reject (R) the framed region: %n left</numerusform>
            <numerusform>Accept (A) or reject (R) the framed region: %n left</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Is there nothing? D says defect-free, Shift+D says so of all in view: %n left</source>
        <translation>
            <numerusform>Is there nothing? D says defect-free, Shift+D says so of all in view: %n left</numerusform>
            <numerusform>Is there nothing? D says defect-free, Shift+D says so of all in view: %n left</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>The version did not find this mark: Enter opens it, Delete takes it away. %n left</source>
        <translation>
            <numerusform>The version did not find this mark: Enter opens it, Delete takes it away. %n left</numerusform>
            <numerusform>The version did not find this mark: Enter opens it, Delete takes it away. %n left</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Nothing is marked here: was it forgotten (A), or is there nothing (R)? %n left</source>
        <translation>
            <numerusform>Nothing is marked here: was it forgotten (A), or is there nothing (R)? %n left</numerusform>
            <numerusform>Nothing is marked here: was it forgotten (A), or is there nothing (R)? %n left</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Choose another class, or all of them: %n wait(s).</source>
        <translation>
            <numerusform>Choose another class, or all of them: %n waits.</numerusform>
            <numerusform>Choose another class, or all of them: %n wait.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Press F on the Label page to pre-label %n image(s).</source>
        <translation>
            <numerusform>Press F on the Label page to pre-label %n image.</numerusform>
            <numerusform>Press F on the Label page to pre-label %n images.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n image(s) are to be marked by you before their proposals are shown: by them versions are compared.</source>
        <translation>
            <numerusform>%n image is to be marked by you before its proposals are shown: by it versions are compared.</numerusform>
            <numerusform>%n images are to be marked by you before their proposals are shown: by them versions are compared.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message numerus="yes">
        <source>%n stroke(s) could not be written yet: closing now would lose them.</source>
        <translation>
            <numerusform>%n stroke could not be written yet: closing now would lose them.</numerusform>
            <numerusform>%n strokes could not be written yet: closing now would lose them.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Misplaced</name>
    <message numerus="yes">
        <source>%n image(s) found again.</source>
        <translation>
            <numerusform>%n image found again.</numerusform>
            <numerusform>%n images found again.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>NextAct</name>
    <message numerus="yes">
        <source>%n new proposal(s), F5</source>
        <translation>
            <numerusform>%n new proposal, F5</numerusform>
            <numerusform>%n new proposals, F5</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>The model found {found} of {regions} here: accept (A) or reject (R) what else it proposed, %n left</source>
        <translation>
            <numerusform>The model found {found} of {regions} here: accept (A) or reject (R) what else it proposed, %n left</numerusform>
            <numerusform>The model found {found} of {regions} here: accept (A) or reject (R) what else it proposed, %n left</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Accept (A) or reject (R) the proposal with bright corners: %n left on this image</source>
        <translation>
            <numerusform>Accept (A) or reject (R) the proposal with bright corners: %n left on this image</numerusform>
            <numerusform>Accept (A) or reject (R) the proposal with bright corners: %n left on this image</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n suggestion(s), kept only if you accept: press A to look at the first, or go on drawing</source>
        <translation>
            <numerusform>%n suggestion, kept only if you accept: press A to look at the first, or go on drawing</numerusform>
            <numerusform>%n suggestions, kept only if you accept: press A to look at the first, or go on drawing</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Review %n proposal(s) on this image: click one</source>
        <translation>
            <numerusform>Review %n proposal on this image: click one</numerusform>
            <numerusform>Review %n proposals on this image: click one</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Mark {name} in %n more image(s), or press F to pre-label the rest</source>
        <translation>
            <numerusform>Mark {name} in %n more image, or press F to pre-label the rest</numerusform>
            <numerusform>Mark {name} in %n more images, or press F to pre-label the rest</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n image(s) have proposals to review: N goes to the next one, Ctrl+2 shows all in a grid</source>
        <translation>
            <numerusform>%n image has proposals to review: N goes to it, Ctrl+2 shows all in a grid</numerusform>
            <numerusform>%n images have proposals to review: N goes to the next one, Ctrl+2 shows all in a grid</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n image(s) are left to decide: D says defect-free, B draws; Ctrl+2 confirms many clean ones at once</source>
        <translation>
            <numerusform>%n image is left to decide: D says defect-free, B draws; Ctrl+2 confirms many clean ones at once</numerusform>
            <numerusform>%n images are left to decide: D says defect-free, B draws; Ctrl+2 confirms many clean ones at once</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Every image is decided: Ctrl+T improves the model with %n new label(s), Ctrl+E exports them</source>
        <translation>
            <numerusform>Every image is decided: Ctrl+T improves the model with %n new label, Ctrl+E exports all labels</numerusform>
            <numerusform>Every image is decided: Ctrl+T improves the model with %n new labels, Ctrl+E exports them</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Press F to pre-label %n image(s)</source>
        <translation>
            <numerusform>Press F to pre-label %n image</numerusform>
            <numerusform>Press F to pre-label %n images</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Outcome</name>
    <message numerus="yes">
        <source>%n false alarm(s)</source>
        <translation>
            <numerusform>%n false alarm</numerusform>
            <numerusform>%n false alarms</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n clean image(s)</source>
        <translation>
            <numerusform>%n clean image</numerusform>
            <numerusform>%n clean images</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Mark %n more check image(s) of {name}</source>
        <translation>
            <numerusform>Mark %n more check image of {name}</numerusform>
            <numerusform>Mark %n more check images of {name}</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Mark %n more defect-free check image(s)</source>
        <translation>
            <numerusform>Mark %n more defect-free check image</numerusform>
            <numerusform>Mark %n more defect-free check images</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Mark %n check image(s) of {name}</source>
        <translation>
            <numerusform>Mark %n check image of {name}</numerusform>
            <numerusform>Mark %n check images of {name}</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Prelabelling</name>
    <message numerus="yes">
        <source>%n image(s), time not known yet</source>
        <translation>
            <numerusform>%n image, time not known yet</numerusform>
            <numerusform>%n images, time not known yet</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n image(s), about {time}, first in {first}</source>
        <translation>
            <numerusform>%n image, about {time}, first in {first}</numerusform>
            <numerusform>%n images, about {time}, first in {first}</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Pre-labelled %n image(s).</source>
        <translation>
            <numerusform>Pre-labelled %n image.</numerusform>
            <numerusform>Pre-labelled %n images.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n image(s) could not be read.</source>
        <translation>
            <numerusform>%n image could not be read.</numerusform>
            <numerusform>%n images could not be read.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Preview</name>
    <message numerus="yes">
        <source>%n check image(s) left out</source>
        <translation>
            <numerusform>%n check image left out</numerusform>
            <numerusform>%n check images left out</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Accept %n</source>
        <translation>
            <numerusform>Accept %n</numerusform>
            <numerusform>Accept %n</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Reject %n</source>
        <translation>
            <numerusform>Reject %n</numerusform>
            <numerusform>Reject %n</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Proposals</name>
    <message numerus="yes">
        <source>one of %n on this image</source>
        <translation>
            <numerusform>one of %n on this image</numerusform>
            <numerusform>one of %n on this image</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Sentence</name>
    <message>
        <source>Any command that writes brings it up to date; close it elsewhere first.</source>
        <translation>Close it elsewhere and open it again; it is then brought up to date.</translation>
    </message>
    <message>
        <source>Ask for the right to read and write there, and run the same command again.</source>
        <translation>Ask for the right to read and write there, then try again.</translation>
    </message>
    <message>
        <source>Choose another one: defectloop models PROJECT</source>
        <translation>Choose another version on the Train page.</translation>
    </message>
    <message>
        <source>Choose fewer with --class.</source>
        <translation>Choose fewer classes.</translation>
    </message>
    <message>
        <source>Choose one: defectloop models PROJECT --activate ID</source>
        <translation>Choose one on the Train page.</translation>
    </message>
    <message>
        <source>Close other programs, or use --device cpu or smaller images, and run the same command again.</source>
        <translation>Close other programs, or set the device to CPU in the settings, or take smaller images; then try again.</translation>
    </message>
    <message>
        <source>Correct the mask, or drop the shot: defectloop shots PROJECT --class {0} --drop {1}.</source>
        <translation>Correct the mask on {1}, or press M there, so that it is no shot of {0} any more.</translation>
    </message>
    <message>
        <source>Find it again with: defectloop locate PROJECT FOLDER</source>
        <translation>Open the image and say with Locate... where it lies now.</translation>
    </message>
    <message>
        <source>Find them again with `defectloop locate`, then run the fine-tune again.</source>
        <translation>Find them again with Locate..., then fine-tune again.</translation>
    </message>
    <message>
        <source>Give --group-by folder, or a pattern such as part(\d+)_.</source>
        <translation>Group by folder, or give a pattern such as part(\d+)_.</translation>
    </message>
    <message>
        <source>Group them by --group-by folder or a pattern if they show different parts.</source>
        <translation>Group them by folder or a pattern if they show different parts.</translation>
    </message>
    <message>
        <source>Keep the project on a disk of this computer, or use a PostgreSQL server: defectloop new PROJECT --url postgresql://...</source>
        <translation>Keep the project on a disk of this computer, or on a PostgreSQL server.</translation>
    </message>
    <message>
        <source>Leave --class out, or say --complete for one class.</source>
        <translation>Name no class, or call one class complete.</translation>
    </message>
    <message>
        <source>Leave --min-score and --max-score out.</source>
        <translation>Leave the limits of the score out.</translation>
    </message>
    <message>
        <source>Make room and run the same command again; what was done is kept.</source>
        <translation>Make room and try again; what was done is kept.</translation>
    </message>
    <message>
        <source>Mark a defect on an image, then: defectloop shots PROJECT --class NAME --add IMAGE</source>
        <translation>Mark a defect on an image: it becomes a shot.</translation>
    </message>
    <message>
        <source>Mark it on one to five images, or choose some: defectloop shots PROJECT --class {0} --add IMAGE.</source>
        <translation>Mark {0} on one to five images, or make some its shots with M.</translation>
    </message>
    <message>
        <source>Name a backup from elsewhere: defectloop restore PROJECT FILE</source>
        <translation>Name a backup from elsewhere.</translation>
    </message>
    <message>
        <source>Name the class with --class, or add one first.</source>
        <translation>Name the class, or add one first.</translation>
    </message>
    <message>
        <source>Name them: --class NAME</source>
        <translation>Name the classes.</translation>
    </message>
    <message>
        <source>Remove the regions first, or say --complete.</source>
        <translation>Remove the regions first, or call the image complete.</translation>
    </message>
    <message>
        <source>Run the command that made it again.</source>
        <translation>Start it again.</translation>
    </message>
    <message>
        <source>Run the same command again to go on; what was done is kept.</source>
        <translation>Try again to go on; what was done is kept.</translation>
    </message>
    <message>
        <source>Take the later change back first (defectloop history lists them).</source>
        <translation>Take the later change back first; the history lists them.</translation>
    </message>
    <message>
        <source>The command models lists them.</source>
        <translation>The Train page lists them.</translation>
    </message>
    <message>
        <source>The newest good backup is {0}; `defectloop restore &quot;{1}&quot;` brings it back.</source>
        <translation>The newest good backup is {0}; it can be brought back into {1}.</translation>
    </message>
    <message>
        <source>There is no good backup in {0}; `defectloop restore PROJECT FILE` takes one from elsewhere.</source>
        <translation>There is no good backup in {0}; one from elsewhere can be taken.</translation>
    </message>
    <message>
        <source>Wait until it has ended, then run the same command again.</source>
        <translation>Wait until it has ended, then try again.</translation>
    </message>
    <message>
        <source>`defectloop history` lists them.</source>
        <translation>The history lists them.</translation>
    </message>
    <message>
        <source>`defectloop locate` finds moved images.</source>
        <translation>Locate... finds moved images.</translation>
    </message>
    <message>
        <source>`defectloop new &quot;{0}&quot;` makes one.</source>
        <translation>The start page makes a new one in {0}.</translation>
    </message>
    <message>
        <source>defectloop jobs PROJECT lists those that are there.</source>
        <translation>The list of jobs has those that are there.</translation>
    </message>
    <message>
        <source>defectloop models PROJECT lists those that are there.</source>
        <translation>The Train page lists those that are there.</translation>
    </message>
</context>
<context>
    <name>SideBySide</name>
    <message numerus="yes">
        <source>%n false alarm(s)</source>
        <translation>
            <numerusform>%n false alarm</numerusform>
            <numerusform>%n false alarms</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Sureness</name>
    <message numerus="yes">
        <source>Of 10 like this, %n were accepted</source>
        <translation>
            <numerusform>Of 10 like this, %n was accepted</numerusform>
            <numerusform>Of 10 like this, %n were accepted</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>TrainPage</name>
    <message numerus="yes">
        <source>Show the %n that changed</source>
        <translation>
            <numerusform>Show the %n that changed</numerusform>
            <numerusform>Show the %n that changed</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Transfers</name>
    <message numerus="yes">
        <source>%n image(s) were left out because nobody called them complete.</source>
        <translation>
            <numerusform>%n image was left out because nobody called it complete.</numerusform>
            <numerusform>%n images were left out because nobody called them complete.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>VersionList</name>
    <message numerus="yes">
        <source>learnt from %n label(s)</source>
        <translation>
            <numerusform>learnt from %n label</numerusform>
            <numerusform>learnt from %n labels</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{name}: on %n check group(s) that hold it</source>
        <translation>
            <numerusform>{name}: on %n check group that holds it</numerusform>
            <numerusform>{name}: on %n check groups that hold it</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>_Drawn</name>
    <message numerus="yes">
        <source>%n shot(s)</source>
        <translation>
            <numerusform>%n shot</numerusform>
            <numerusform>%n shots</numerusform>
        </translation>
    </message>
</context>
</TS>
