<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en">
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
        <name>Decisions</name>
        <message numerus="yes">
            <source>%n region(s) accepted; the image is complete for what was proposed.</source>
            <translation>
                <numerusform>%n region accepted; the image is complete for what was proposed.</numerusform>
                <numerusform>%n regions accepted; the image is complete for what was proposed.</numerusform>
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
            <source>%n image(s) found again.</source>
            <translation>
                <numerusform>%n image found again.</numerusform>
                <numerusform>%n images found again.</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>MainWindow</name>
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
        <name>NextAct</name>
        <message numerus="yes">
            <source>Accept (A) or reject (R) the proposal with bright corners: %n left on this image</source>
            <translation>
                <numerusform>Accept (A) or reject (R) the proposal with bright corners: %n left on this image</numerusform>
                <numerusform>Accept (A) or reject (R) the proposal with bright corners: %n left on this image</numerusform>
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
            <source>%n image(s) have proposals to review: press N for the next one</source>
            <translation>
                <numerusform>%n image has proposals to review: press N for the next one</numerusform>
                <numerusform>%n images have proposals to review: press N for the next one</numerusform>
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
        <name>Prelabelling</name>
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
